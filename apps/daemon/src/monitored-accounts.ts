import type { ConfiguredAccount } from '@rm/config'
import { type Account, RmError } from '@rm/domain'

/** An account of the configuration together with what the gateway says of it. */
export interface MonitoredAccount<Configured = ConfiguredAccount> {
  readonly account: Account
  readonly configured: Configured
}

export interface AccountMatch<Configured> {
  readonly monitored: readonly MonitoredAccount<Configured>[]
  /** Visible accounts of the login that nobody watches: a hole that the operator should know. */
  readonly unmonitored: readonly Account[]
}

/**
 * Finds the configured accounts among those of the login.
 *
 * @throws RmError `ACCOUNT_NOT_FOUND` for an id or name that matches none or several; `ACCOUNT_NOT_ENFORCEABLE` for one that is not
 *   simulated, because the gateway refuses our cancels and closes there (gateway contract 2.3)
 */
export function matchAccounts<Configured extends Pick<ConfiguredAccount, 'id' | 'enabled'>>(
  configured: readonly Configured[],
  accounts: readonly Account[],
): AccountMatch<Configured> {
  const monitored = configured
    .filter((one) => one.enabled)
    .map((one) => ({ configured: one, account: find(one, accounts) }))
  const twice = monitored.find(
    (one, index) => monitored.findIndex((other) => other.account.id === one.account.id) !== index,
  )
  if (twice !== undefined) {
    throw new RmError('ACCOUNT_NOT_FOUND', `Two entries of accounts.yaml name the account ${twice.account.id}`)
  }
  for (const { account } of monitored) {
    if (account.simulated === false) {
      throw new RmError('ACCOUNT_NOT_ENFORCEABLE', `Account ${account.id} (${account.name}) is not simulated`)
    }
  }
  const watched = new Set(monitored.map((one) => one.account.id))
  return { monitored, unmonitored: accounts.filter((account) => account.visible && !watched.has(account.id)) }
}

function find(configured: Pick<ConfiguredAccount, 'id'>, accounts: readonly Account[]): Account {
  const matches = accounts.filter((account) => account.id === configured.id || account.name === configured.id)
  const [match] = matches
  if (match === undefined || matches.length > 1) {
    const known = accounts.map((account) => `${account.id} (${account.name})`).join(', ')
    throw new RmError(
      'ACCOUNT_NOT_FOUND',
      `Account ${configured.id} matches ${matches.length} accounts of this login, expected exactly one`,
      { known },
    )
  }
  return match
}
