import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const program = programBuild([
  'better-sqlite3',
  'nodemailer',
  'smtp-server',
  '@microsoft/signalr',
  '@cyclonedx/cyclonedx-library',
  '@secretlint/core',
  '@secretlint/secretlint-rule-preset-recommend',
])

const validator: Options = { ...program, esbuildPlugins: [leanAxios], splitting: false }

/** The floor is a bundle of its own, with the whole of axios: it loads nothing that it does not use, and nothing is spared it. */
const floor: Options = { ...program, entry: ['src/bare-relay.ts'], clean: false, splitting: false }

const builds: Options[] = [validator, floor]

export default builds
