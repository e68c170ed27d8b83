import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)

/** The daemon as `turbo run build` leaves it. */
export const DAEMON = fileURLToPath(new URL('apps/daemon/dist/main.js', root))
export const CLI = fileURLToPath(new URL('apps/cli/dist/main.js', root))
/** The same with a fault in it, which the environment names. */
export const FAULTY_DAEMON = fileURLToPath(new URL('tests-e2e/dist/main.js', root))
/** What starts the daemon again whenever it ends, and the same for the one with a fault in it. */
export const SUPERVISOR = fileURLToPath(new URL('apps/daemon/dist/supervisor.js', root))
export const FAULTY_SUPERVISOR = fileURLToPath(new URL('tests-e2e/dist/supervisor.js', root))
export const GATEWAY_SIM = fileURLToPath(new URL('packages/gateway-sim/dist/main.js', root))

/** What a program needs of this process's environment; nothing of the test runner's own. */
export function plainEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE']
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
