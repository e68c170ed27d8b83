import path from 'node:path'
import { type Account, RmError } from '@rm/domain'
import { AccountLeases, homeOfUser } from '@rm/state'
import type { Opened } from './boot-stages.ts'

/**
 * Takes the leases of the accounts that this daemon is about to enforce (reliability P-14). Throws `RmError` ACCOUNT_LEASED when another daemon of
 * this user has one of them.
 *
 * @returns `null` where no lease can be had, say for want of a home: two daemons do no harm to each other's closes, an account without one has nobody
 */
export function takeLeases(
  { config, options, gateway, lines }: Pick<Opened, 'config' | 'options' | 'gateway' | 'lines'>,
  accounts: readonly Account[],
): AccountLeases | null {
  try {
    return AccountLeases.take({
      home: homeOfUser(),
      apiUrl: config.api.apiUrl,
      accounts: accounts.map(({ id }) => id),
      holder: { startedAt: gateway.clock.now(), dataFolder: path.resolve(options.dataDirectory) },
    })
  } catch (error) {
    if (!(error instanceof RmError) || error.code !== 'LEASE_UNSAFE') throw error
    const message = `Alert: no lease keeps a second daemon off these accounts: ${error.message}`
    const facts = { event: 'alert', alert: 'lease-unavailable', severity: 'error' }
    lines.add({ level: 'error', message, topic: null, facts })
    return null
  }
}
