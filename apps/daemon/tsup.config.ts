import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const daemon: Options = {
  ...programBuild(['better-sqlite3', 'pino', 'pino-pretty', '@microsoft/signalr']),
  entry: ['src/main.ts', 'src/watchdog-thread.ts'],
  esbuildPlugins: [leanAxios],
}

export default daemon
