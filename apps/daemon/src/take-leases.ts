import path from 'node:path'
import { type Account, RmError } from '@rm/domain'
import { AccountLeases, homeOfUser } from '@rm/state'
import type { Opened } from './boot.ts'

/**
 * Takes the leases of the accounts that this daemon is about to enforce (reliability P-14). Throws `RmError` ACCOUNT_LEASED when another daemon of
 * this user has one of them, and LEASE_UNSAFE when that cannot be told.
 *
 * @returns `null` for a simulator whose accounts cannot be leased, say for want of a home: practice is not refused for that
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
    const isPractice = config.api.environment === 'simulator'
    if (!isPractice || !(error instanceof RmError) || error.code !== 'LEASE_UNSAFE') throw error
    const message = `No lease keeps a second daemon off these accounts: ${error.message}`
    lines.add({ level: 'warn', message, topic: null, facts: { event: 'lease-unavailable' } })
    return null
  }
}
