import { lstatSync, mkdirSync, realpathSync, type Stats, statfsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { RmError } from '@rm/domain'
import { isNetworkFilesystem } from '../store/data-file.ts'

/**
 * The home of the user whom the daemon runs as, by the system's own list of users. The environment is not asked: what `HOME` says may differ between
 * two daemons of one user, and then each would have leases of its own.
 *
 * Throws `RmError` LEASE_UNSAFE for a user whom the system does not know.
 */
export function homeOfUser(): string {
  try {
    return userInfo().homedir
  } catch (error) {
    throw new RmError('LEASE_UNSAFE', `the user of this process has no home: ${String(error)}`, {}, error)
  }
}

/**
 * The folder with the leases of a user's daemons, made when it is missing. It depends on the user alone, so that no setting and no other data folder
 * gets around a lease. Only the daemon's user may write it, so that nobody can squat on the name of an account.
 *
 * Throws `RmError` LEASE_UNSAFE for a step of the way that is a link, belongs to somebody else or is open to others, and for a network filesystem.
 *
 * @param home - {@link homeOfUser}
 */
export function leaseFolder(home: string): string {
  try {
    let folder = realpathSync.native(home)
    refuseForeign(folder, lstatSync(folder), WRITABLE_BY_OTHERS)
    for (const name of ['.risk-manager', 'leases']) {
      folder = join(folder, name)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      refuseForeign(folder, lstatSync(folder), OPEN_TO_OTHERS)
    }
    if (process.platform === 'linux' && isNetworkFilesystem(statfsSync(folder).type)) {
      throw new RmError('LEASE_UNSAFE', `${folder} is on a network filesystem, expected a local disk`, { folder })
    }
    return folder
  } catch (error) {
    if (error instanceof RmError) throw error
    throw new RmError('LEASE_UNSAFE', `${home} cannot hold the leases of accounts: ${String(error)}`, { home }, error)
  }
}

const WRITABLE_BY_OTHERS = 0o022
const OPEN_TO_OTHERS = 0o077

function refuseForeign(folder: string, found: Stats, forbidden: number): void {
  if (!found.isDirectory()) throw new RmError('LEASE_UNSAFE', `${folder} is a link or no folder`, { folder })
  // Windows has neither owners nor modes that could be asked here; the profile of a user is closed to others there.
  const uid = process.getuid?.()
  if (uid === undefined) return
  if (found.uid !== uid) {
    throw new RmError('LEASE_UNSAFE', `${folder} belongs to user ${found.uid}, expected ${uid}`, { folder })
  }
  if ((found.mode & forbidden) !== 0) {
    const mode = (found.mode & 0o777).toString(8)
    throw new RmError('LEASE_UNSAFE', `${folder} is open to others (mode ${mode})`, { folder, mode })
  }
}
