import { stagedId } from '../../rehearsal/staged-accounts.ts'
import { answer, type Check } from '../../validator.ts'
import { type EnforcementCase, playCase } from './enforcement-case.ts'
import { ExecutionStage } from './execution-stage.ts'

/** A gateway that fills two contracts at a time, a tenth of a second apart. */
const SLICES = { exchange: { largestFill: 2, fillLatencyMs: [80, 120] } }
const LARGE = 16
const LOSS_TICKS = 40
const ENTRY = 8
const SLICES_MS = 2_500

const SHARED = { faults: [], product: 'MNQ', settledMs: SLICES_MS } as const

const CASES: readonly EnforcementCase[] = [
  {
    ...SHARED,
    name: `${LARGE} contracts are closed in slices`,
    rules: { daily_realized_loss: { enabled: true, limit: -50 } },
    async trade(stage, accountId) {
      const contractId = stage.contractId('MNQ')
      await stage.venue.place({ accountId, contractId, side: 'buy', size: LARGE })
      await stage.until('the whole entry', async () => (await stage.held(accountId, contractId)) === LARGE, SLICES_MS)
      await stage.venue.move(contractId, -LOSS_TICKS)
    },
    left: 0,
    effective: 1,
    requestsMax: 1,
  },
  {
    ...SHARED,
    name: 'an entry is closed while the rest of it is still being filled',
    rules: { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } },
    async trade(stage, accountId) {
      await stage.venue.place({ accountId, contractId: stage.contractId('MNQ'), side: 'sell', size: ENTRY })
    },
    left: 0,
    // Each slice of the entry is a breach of its own, and so is each that comes while a close is under way.
    effective: ENTRY / 2 + 1,
    requestsMax: ENTRY,
  },
]

/** Orders that are filled a little at a time: a position that changes between two slices is not closed twice. */
export const largePositionCheck: Check = {
  id: 'large-position',
  title: 'A large position is closed through partial fills, and never turned over',
  from: 'standard',
  limitMs: 60_000,
  async run(context) {
    const { enforcementMs } = context.criteria.reliability
    const stage = await ExecutionStage.open(
      context,
      CASES.map(({ rules }, index) => ({ id: stagedId(index), rules })),
    )
    await stage.venue.turnKnobs(SLICES)
    const played = []
    for (const [index, one] of CASES.entries()) played.push(await playCase(stage, stagedId(index), one, enforcementMs))
    const fills = (await Promise.all(CASES.map((_one, index) => stage.fills('daemon', stagedId(index))))).flat()
    return answer(
      `${LARGE} contracts and an entry of ${ENTRY} were closed by ${fills.length} partial fills on the exchange's ledger.`,
      played.flatMap(({ findings }) => findings),
    )
  },
}
