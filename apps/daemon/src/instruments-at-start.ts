import { reasonOf, warn } from './boot-lines.ts'
import type { Opened } from './boot-stages.ts'
import type { MonitoredAccount } from './monitored-accounts.ts'
import { namesInstruments, refusalOfInstruments } from './named-products.ts'

/**
 * Only a configuration that names instruments makes the start wait for the venue's list. When that cannot be read the start goes on: an
 * account without a daemon is worse off than one with a misspelt name.
 */
export async function checkInstruments(opened: Opened, monitored: readonly MonitoredAccount[]): Promise<void> {
  const accounts = monitored.map((one) => one.configured)
  if (!namesInstruments(accounts)) return
  const listed = await opened.gateway.contracts().catch((error: unknown) => {
    const facts = { event: 'instruments-unchecked' }
    warn(opened, `general.instruments could not be compared with the gateway: ${reasonOf(error)}`, facts)
    return null
  })
  const refusal = listed === null ? null : refusalOfInstruments(accounts, listed)
  if (refusal === null) return
  // A lockout that is stored outlives a mistake in a file (reliability C-01).
  if (!opened.store.hasUnfinishedProtection()) throw refusal
  warn(opened, `Alert: ${refusal.message}; the start goes on, as a lockout or a goal is stored`, {
    event: 'instruments-unknown',
    ...refusal.details,
  })
}
