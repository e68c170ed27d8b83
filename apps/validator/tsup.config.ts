import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const validator: Options = {
  ...programBuild([
    'better-sqlite3',
    'nodemailer',
    'smtp-server',
    '@microsoft/signalr',
    '@cyclonedx/cyclonedx-library',
    '@secretlint/core',
    '@secretlint/secretlint-rule-preset-recommend',
  ]),
  esbuildPlugins: [leanAxios],
}

export default validator
