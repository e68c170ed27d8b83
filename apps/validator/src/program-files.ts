import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Programs } from './validator.ts'

/** The bundle stands in apps/validator/dist, the source in apps/validator/src: the repository is three levels up from either. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The programs of this checkout. */
export const PROGRAMS: Programs = {
  daemon: path.join(ROOT, 'apps/daemon/dist/main.js'),
  supervisor: path.join(ROOT, 'apps/daemon/dist/supervisor.js'),
  gatewaySim: path.join(ROOT, 'packages/gateway-sim/dist/main.js'),
  cli: path.join(ROOT, 'apps/cli/dist/main.js'),
}

/** What is validated when nobody names another configuration: that of the practice day. */
export const SIMULATOR_CONFIG = path.join(ROOT, 'config/simulator')

/** The login that the simulator knows, which `npm start` sets too: the configuration of the practice day asks for it by variables. */
export const PRACTICE_LOGIN = { PROJECTX_USERNAME: 'practice', PROJECTX_API_KEY: 'practice-key' } as const
