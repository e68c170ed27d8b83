import { rmSync } from 'node:fs'
import path from 'node:path'
import { AccountId, RmError } from '@rm/domain'
import { homeOfUser, leaseFolder, leaseName } from '@rm/state'

/** Killed daemons leave the files of their leases behind, and no other stage ever has a gateway at the same address. */
export function removeLeases(gatewayUrl: string, accountIds: readonly number[]): void {
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
