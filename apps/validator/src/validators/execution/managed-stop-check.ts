import { OrderType } from '@rm/sdk-bridge/wire'
import { stagedId } from '../../rehearsal/staged-accounts.ts'
import type { VenueAccount } from '../../rehearsal/venue.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { ExecutionStage } from './execution-stage.ts'

const STOP_TICKS = 40
const TRIGGER_TICKS = 20
const RULES = {
  trade_management: {
    enabled: true,
    auto_stop_loss: { enabled: true, distance_ticks: STOP_TICKS },
    auto_breakeven: { enabled: true, profit_trigger_ticks: TRIGGER_TICKS },
  },
}
const ACCOUNT = stagedId(0)
const SIZE = 2

type VenueOrder = VenueAccount['orders'][number]

/** RULE-012 places a stop, moves it to break-even, and takes it away with the position. */
export const managedStopCheck: Check = {
  id: 'managed-stop',
  title: 'A stop is placed, moved and taken away again, and there is never a second',
  from: 'standard',
  limitMs: 60_000,
  async run(context) {
    const { enforcementMs } = context.criteria.reliability
    const stage = await ExecutionStage.open(context, [{ id: ACCOUNT, rules: RULES }])
    const contractId = stage.contractId('MNQ')
    const stops = async (): Promise<readonly VenueOrder[]> =>
      (await stage.venue.account(ACCOUNT)).orders.filter(({ type }) => type === OrderType.stop)

    await stage.venue.place({ accountId: ACCOUNT, contractId, side: 'buy', size: SIZE })
    const placed = await stage.until('a stop at the exchange', async () => (await stops())[0], enforcementMs)
    const entry = (await stage.venue.account(ACCOUNT)).positions[0]?.averagePrice ?? Number.NaN
    await stage.venue.move(contractId, TRIGGER_TICKS * 2)
    const isMoved = async (): Promise<VenueOrder | undefined> =>
      (await stops()).find(({ stopPrice }) => stopPrice !== placed.stopPrice)
    const moved = await stage.until('a stop at break-even', isMoved, enforcementMs)
    const before = await stops()
    await stage.venue.close(ACCOUNT, contractId)
    await stage.until('no stop without its position', async () => (await stops()).length === 0, enforcementMs)

    const findings: Finding[] = []
    const wrong = (what: string): void => {
      findings.push({ severity: 'error', place: 'RULE-012, managed stop', what, remedy: REMEDY })
    }
    if (placed.size !== SIZE) wrong(`the stop covers ${placed.size} contracts of ${SIZE}`)
    if ((placed.stopPrice ?? Number.NaN) >= entry) wrong(`the stop of a long at ${entry} stands at ${placed.stopPrice}`)
    if (moved.stopPrice !== entry) wrong(`the stop was moved to ${moved.stopPrice}, and break-even is ${entry}`)
    if (before.length !== 1) wrong(`${before.length} stops stand at once`)
    const ours = await stage.fills('daemon', ACCOUNT)
    if (ours.length > 0) wrong(`${ours.length} fills of orders that should only protect`)
    const sent = (await stage.commands(ACCOUNT)).map(({ route }) => route)
    return answer(
      `A stop for ${SIZE} contracts at ${placed.stopPrice} was moved to ${moved.stopPrice} and cancelled, by ${sent.join(', ')}.`,
      findings,
    )
  },
}

const REMEDY =
  'Turn trade_management off until a build that passes is deployed; protect positions by stops of your own.'
