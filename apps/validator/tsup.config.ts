import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const validator: Options = {
  ...programBuild(['better-sqlite3', 'nodemailer', '@microsoft/signalr']),
  esbuildPlugins: [leanAxios],
}

export default validator
