import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const daemon: Options = {
  ...programBuild(['better-sqlite3', 'pino', 'pino-pretty', '@microsoft/signalr', 'nodemailer']),
  entry: ['src/supervisor.ts', 'src/watchdog-thread.ts'],
  esbuildPlugins: [leanAxios],
  splitting: false,
}

/** Loads the daemon only when it runs: in one bundle the driver of the database would be looked for before anybody could tell that it is missing. */
const start: Options = { ...daemon, entry: ['src/main.ts'], splitting: true }

/** The thread's program is a bundle of its own: it loads nothing of the daemon. */
const builds: Options[] = [
  start,
  { ...daemon, clean: false },
  { ...daemon, entry: ['src/backup-thread.ts'], clean: false },
]

export default builds
