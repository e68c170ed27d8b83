/**
 * Settings that are checked and kept and that nothing acts upon yet, with the issue that gives them their effect. A key stands for all below
 * it. A test of the daemon holds the list: it fails when a setting that is not listed is read by nobody, and when one that is listed is read.
 */
export const IDLE_SETTINGS: ReadonlyMap<string, number> = new Map([
  ['general.logging.slow_ms', 5],
  ['general.logging.mask_accounts', 5],
  ['weekly_reset', 5], // no rule counts by the week; the week's P&L is shown by `pnl`
  ['circuit_breaker.half_open', 4],
  ['logging', 5], // of the gateway's traffic
  ['accounts[].plan.stage', 6],
  ['accounts[].plan.starting_balance', 6],
  ['monitored_account.plan.stage', 6],
  ['monitored_account.plan.starting_balance', 6],
])

/** The issue that gives a setting its effect, or `null` when it has one. */
export function idleUntil(path: string): number | null {
  for (const [key, issue] of IDLE_SETTINGS) if (path === key || path.startsWith(`${key}.`)) return issue
  return null
}
