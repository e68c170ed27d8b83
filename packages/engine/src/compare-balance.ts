import { formatUsd, type Snapshot, subtractUsd, type Usd } from '@rm/domain'
import { dayPnl, REST_LAG_TOLERANCE_MS } from '@rm/state/book'
import type { BalanceMark } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Balances are kept to the cent, P&L to a hundredth of one (risk rules, 3.5). */
const CENT = 100

/**
 * Compares what the day's trades made with what the balance did: they must move alike, or trades are missing, wrong, or money was moved. Told
 * after two comparisons in a row; from then on the new distance is the right one.
 *
 * Only where both come from one reading, and no trade is so young that one of the two may not show it yet.
 */
export function compareBalance(draft: TurnDraft, snapshot: Snapshot): void {
  const { account, trades } = snapshot
  if (trades === null || account === null || account === 'unlisted' || account.balance === null) return
  if (trades.some((trade) => draft.now - trade.at <= REST_LAG_TOLERANCE_MS)) return
  const day = draft.context.policy.calendar.dayOf(draft.now)
  const realized = dayPnl(draft.state.book, day).net
  const fresh: BalanceMark = { day: day.label, balance: account.balance, realized, apart: null }
  const mark = draft.state.balance
  if (mark === null || mark.day !== day.label) {
    draft.change({ balance: fresh })
    return
  }
  const apart: Usd = subtractUsd(subtractUsd(account.balance, mark.balance), subtractUsd(realized, mark.realized))
  if (Math.abs(apart) <= CENT) {
    if (mark.apart !== null) draft.change({ balance: { ...mark, apart: null } })
  } else if (mark.apart !== apart) {
    draft.change({ balance: { ...mark, apart } })
  } else {
    draft.change({ balance: fresh })
    tell(draft, mark, fresh, apart)
  }
}

function tell(draft: TurnDraft, before: BalanceMark, now: BalanceMark, apart: Usd): void {
  const moved = formatUsd(subtractUsd(now.balance, before.balance))
  const traded = formatUsd(subtractUsd(now.realized, before.realized))
  draft.audit('balance-unexplained', String(draft.state.accountId), { moved, traded, apart: formatUsd(apart) })
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'balance-unexplained',
    text: `the balance moved by ${moved} while the trades made ${traded}: money was moved, or the gateway's trades are not complete`,
  })
}
