import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const daemon: Options = {
  ...programBuild(['better-sqlite3', 'pino', 'pino-pretty', '@microsoft/signalr', 'nodemailer']),
  entry: ['src/main.ts', 'src/supervisor.ts', 'src/watchdog-thread.ts'],
  esbuildPlugins: [leanAxios],
  splitting: false,
}

/** The thread's program is a bundle of its own: it loads nothing of the daemon. */
const builds: Options[] = [daemon, { ...daemon, entry: ['src/backup-thread.ts'], clean: false }]

export default builds
