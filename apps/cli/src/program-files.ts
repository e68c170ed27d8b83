import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The bundle stands in apps/cli/dist, the source in apps/cli/src: the repository is three levels up from either. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export const DAEMON = path.join(ROOT, 'apps/daemon/dist/main.js')
export const SUPERVISOR = path.join(ROOT, 'apps/daemon/dist/supervisor.js')
export const GATEWAY_SIM = path.join(ROOT, 'packages/gateway-sim/dist/main.js')
/** The configuration that ships, of which an operator's own is made. */
export const SHIPPED_CONFIG = path.join(ROOT, 'config')
/** Configurations for the simulator; a scenario may have a folder of its own below. */
export const SIMULATOR_CONFIG = path.join(ROOT, 'config/simulator')
/** This program. */
export const CLI = path.join(ROOT, 'apps/cli/dist/main.js')
/** Runs the scripts of package.json with the pinned toolchain. */
export const BOOTSTRAP = path.join(ROOT, 'tooling/bootstrap/bootstrap.mjs')
