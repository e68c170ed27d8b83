import type { DrillMaker } from '../drill.ts'
import { firstClosure } from '../session-block-outside.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A position and an entry order at the end of the session, or now when it is over. */
export const sessionBlockOutsideDrill: DrillMaker<'session_block_outside'> = (settings, context) => {
  const closure = firstClosure(settings, context)
  if (closure === null) return null
  const contract = drillContract(closure.product ?? undefined)
  const contractId = contract.id
  const closes = settings.close_positions_at_session_end
  return {
    startsAt: context.now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'order-works', contract, type: 'limit', side: 'buy', contracts: 1, price: DRILL_PRICE - 1 },
      { kind: 'time-passes', until: closure.at },
    ],
    commands: [
      { kind: 'cancel-order', contractId },
      ...(closes ? [{ kind: 'close-position', contractId } as const] : []),
    ],
    lockout: closes ? 'flat' : 'reduce-only',
  }
}
