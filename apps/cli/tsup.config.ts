import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const cli: Options = {
  ...programBuild(['better-sqlite3', 'nodemailer', '@microsoft/signalr']),
  esbuildPlugins: [leanAxios],
}

export default cli
