import { leanAxios, programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

/** The daemon with faults around its ports: the product's own code, bundled once more. */
const faultyDaemon: Options = {
  ...programBuild(['better-sqlite3', 'pino', 'pino-pretty', '@microsoft/signalr']),
  entry: {
    main: 'faulty-daemon/main.ts',
    supervisor: '../apps/daemon/src/supervisor.ts',
    'watchdog-thread': '../apps/daemon/src/watchdog-thread.ts',
  },
  esbuildPlugins: [leanAxios],
}

/** The thread's program is a bundle of its own: it loads nothing of the daemon. */
const backupThread: Options = {
  ...faultyDaemon,
  entry: { 'backup-thread': '../apps/daemon/src/backup-thread.ts' },
  clean: false,
}

const builds: Options[] = [faultyDaemon, backupThread]

export default builds
