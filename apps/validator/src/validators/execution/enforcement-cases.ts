import type { EnforcementCase } from './enforcement-case.ts'
import type { ExecutionStage } from './execution-stage.ts'

const CLOSE_ALL = { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } }
const TWO_EACH = { max_contracts_per_instrument: { enabled: true, default_limit: 2, enforcement: 'reduce_to_limit' } }
const NO_GOLD = { symbol_blocks: { enabled: true, blocked_symbols: ['MGC'] } }

/** A request that is sent twice comes right behind the first. */
const DOUBLED_MS = 500
const LATE_MS = 8_000

const SOUND = { faults: [], product: 'MNQ', effective: 1, requestsMax: 1, settledMs: DOUBLED_MS } as const

/** Two contracts at once are one too many, and everything has to go. */
async function sellsTwo(stage: ExecutionStage, accountId: number): Promise<void> {
  await stage.venue.place({ accountId, contractId: stage.contractId('MNQ'), side: 'sell', size: 2 })
}

async function buysThree(stage: ExecutionStage, accountId: number): Promise<void> {
  await stage.venue.place({ accountId, contractId: stage.contractId('MNQ'), side: 'buy', size: 3 })
}

/** Far from any market, so that it rests. */
const RESTING_PRICE = 100

async function ordersGold(stage: ExecutionStage, accountId: number): Promise<void> {
  const contractId = stage.contractId('MGC')
  await stage.venue.place({ accountId, contractId, side: 'buy', size: 1, limitPrice: RESTING_PRICE })
}

/** What the daemon does when the gateway answers as it should. */
export const PLAIN_CASES: readonly EnforcementCase[] = [
  { ...SOUND, name: 'a position is closed', rules: CLOSE_ALL, trade: sellsTwo, left: 0 },
  { ...SOUND, name: 'a position is reduced to its limit', rules: TWO_EACH, trade: buysThree, left: 2 },
  {
    ...SOUND,
    name: 'an order for a blocked product is cancelled',
    rules: NO_GOLD,
    trade: ordersGold,
    product: 'MGC',
    left: 0,
    effective: 0,
  },
]

const SPOILT = { ...SOUND, rules: CLOSE_ALL, trade: sellsTwo, left: 0 }

function spoilt(name: string, fault: object, requestsMax: number): EnforcementCase {
  return { ...SPOILT, name, faults: [{ route: 'closeContract', fault }], requestsMax }
}

/** Executed, and the answer is cut off: nothing may be sent before somebody has looked. */
export const CUT_OFF_CASE = spoilt(
  'a close that took effect and whose answer was cut off',
  { verb: 'rst', at: 'body', executed: 'act' },
  1,
)

/** Answers that say nothing, no, something wrong, or come when nobody waits for them any more. */
export const SPOILT_CASES: readonly EnforcementCase[] = [
  CUT_OFF_CASE,
  spoilt('a close that took effect and was never answered', { verb: 'hang', executed: 'act' }, 1),
  spoilt('a close that was lost without an answer', { verb: 'hang', executed: 'drop' }, 2),
  spoilt('a close that took effect and was answered with a 502', { verb: 'status', status: 502, executed: 'act' }, 1),
  spoilt('a close that was refused', { verb: 'code', code: 5, message: 'Rejected.' }, 2),
  spoilt('a close that was refused for rate', { verb: 'status', status: 429 }, 2),
  spoilt('a close that was confirmed and did nothing', { verb: 'ack-noop' }, 2),
  spoilt('a close whose answer came eight seconds late', { verb: 'delay', ms: LATE_MS }, 1),
  {
    ...spoilt('a close that took effect eight seconds late', { verb: 'slow', minMs: LATE_MS, maxMs: LATE_MS }, 2),
    settledMs: LATE_MS + DOUBLED_MS,
  },
]
