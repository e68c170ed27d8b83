import { rmSync } from 'node:fs'
import path from 'node:path'
import { AccountId, RmError } from '@rm/domain'
import { leaseName } from './account-leases.ts'
import { homeOfUser, leaseFolder } from './lease-folder.ts'

/**
 * Removes the files of the leases that daemons on a simulated gateway have left, killed ones above all. To be called when the gateway has
 * ended: no other one ever has its address again, so nobody's lease is taken from him.
 */
export function removeLeftLeases(gatewayUrl: string, accountIds: readonly number[]): void {
  try {
    const folder = leaseFolder(homeOfUser())
    for (const id of accountIds) {
      const file = path.join(folder, leaseName(gatewayUrl, AccountId.parse(id)))
      for (const name of [file, `${file}.owner`]) rmSync(name, { force: true })
    }
  } catch (error) {
    // Without a home there were no leases.
    if (!(error instanceof RmError)) throw error
  }
}
