import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AccountId } from '@rm/domain'
import { AccountLeases, leaseName } from '../../src/lease/account-leases.ts'
import { leaseFolder } from '../../src/lease/lease-folder.ts'
import { NOON } from '../store/turn-records.ts'

export const GATEWAY = 'https://api.gateway.example'

/** The home of a user of a test's own, gone with it. */
export class HomeFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'rm-home-'))

  constructor() {
    chmodSync(this.path, 0o755)
  }

  at(...names: readonly string[]): string {
    return join(this.path, ...names)
  }

  /** The file of a lease, in a folder that is there. */
  lease(account: number): string {
    return join(leaseFolder(this.path), leaseName(GATEWAY, AccountId.parse(account)))
  }

  /** As a second daemon of the same user. */
  take(accounts: readonly number[], apiUrl: string = GATEWAY): AccountLeases {
    return AccountLeases.take({
      home: this.path,
      apiUrl,
      accounts: accounts.map((id) => AccountId.parse(id)),
      holder: { startedAt: NOON, dataFolder: '/the/second' },
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
