import {
  type Command,
  type CommandRecord,
  describeCommand,
  invariant,
  type Order,
  remainingSize,
  toTicks,
  unreachable,
} from '@rm/domain'
import type { OrderWhy } from '@rm/rules'
import { workingOrder } from '@rm/state/book'
import type { InFlight, TargetKey } from './account-state.ts'
import { historyOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Calls of one account that are counted together. */
const CALL_WINDOW_MS = 60_000

/** What a request belongs to. */
export interface Errand {
  readonly key: TargetKey
  /** The goal that it serves; `null`: it keeps an order of RULE-012 in place. */
  readonly goalId: string | null
  /** Why the order is kept so; `null` for what serves a goal. */
  readonly why: OrderWhy | null
  /** Signed size of the position now. */
  readonly sizeBefore: number
}

/** Writes the intent of one request; it leaves after the turn is durable. */
export function issueCommand(
  draft: TurnDraft,
  command: Command,
  { key, goalId, why, sizeBefore }: Errand,
): CommandRecord {
  assertReduces(draft, command, sizeBefore)
  const history = historyOf(draft, key)
  const record: CommandRecord = {
    id: draft.newId('c'),
    goalId,
    reason: why === null ? null : { ...why, cause: draft.cause, configuration: draft.context.policy.configuration },
    command,
    attempt: history.attempts + 1,
    state: 'sending',
    sentAt: draft.now,
    outcome: null,
    latencyMs: null,
    settledAt: null,
    settledBy: null,
  }
  const inFlight: InFlight = {
    record,
    sentMs: draft.elapsedMs,
    answeredMs: null,
    sizeBefore,
    orderId: null,
    orderEndedMs: null,
    positionAtEnd: null,
  }
  draft.change({
    inFlight: [...draft.state.inFlight, inFlight],
    targets: new Map(draft.state.targets).set(key, { ...history, attempts: record.attempt }),
    departures: [...recentDepartures(draft), draft.elapsedMs],
  })
  draft.keepCommand(record)
  draft.audit('command-sent', record.id, {
    command: describeCommand(command),
    goal: goalId,
    attempt: record.attempt,
    sizeBefore,
    ...(command.kind === 'place-order' && { tag: command.tag }),
    ...record.reason,
  })
  draft.commands.push(record)
  draft.note({ kind: 'command-sent', record, causedMs: draft.receivedMs })
  return record
}

/** When commands of the account left within the last minute, oldest first. */
export function recentDepartures(draft: TurnDraft): readonly number[] {
  const { departures } = draft.state
  const [first] = departures
  const since = draft.elapsedMs - CALL_WINDOW_MS
  return first === undefined || first > since ? departures : departures.filter((atMs) => atMs > since)
}

/** When the oldest of the last minute's commands is no longer counted, monotonic. */
export function departureForgottenMs(departures: readonly number[]): number {
  return (departures[0] ?? Number.NEGATIVE_INFINITY) + CALL_WINDOW_MS
}

/** No command may make a position larger, turn it over or take protection from it, whatever planned it (reliability S-03). */
function assertReduces(draft: TurnDraft, command: Command, sizeBefore: number): void {
  switch (command.kind) {
    case 'close-position':
      invariant(sizeBefore !== 0, `nothing to close in ${command.contractId}`)
      return
    case 'reduce-position': {
      const fits = command.contracts > 0 && command.contracts <= Math.abs(sizeBefore)
      invariant(fits, `${describeCommand(command)} does not fit a position of ${sizeBefore}`)
      return
    }
    case 'cancel-order':
      return
    case 'place-order': {
      const isOpposite = sizeBefore !== 0 && command.side === (sizeBefore > 0 ? 'sell' : 'buy')
      const fits = isOpposite && command.contracts > 0 && command.contracts <= Math.abs(sizeBefore)
      invariant(fits, `${describeCommand(command)} does not fit a position of ${sizeBefore}`)
      return
    }
    case 'modify-order':
      assertTightens(command, workingOrder(draft.state.book, command.orderId), sizeBefore)
      return
    default:
      unreachable(command)
  }
}

/** A stop of ours follows the position and the market. Of the trader's orders only the price is touched, so their size may be any. */
function assertTightens(
  command: Extract<Command, { kind: 'modify-order' }>,
  order: Order | null,
  sizeBefore: number,
): void {
  const what = describeCommand(command)
  invariant(
    order !== null && order.side === (sizeBefore > 0 ? 'sell' : 'buy'),
    `${what}: no order against ${sizeBefore}`,
  )
  const grows = command.contracts > order.size
  const left = command.contracts - order.filled
  invariant(!grows || left <= Math.abs(sizeBefore), `${what} does not fit a position of ${sizeBefore}`)
  invariant(left > 0 && left <= Math.max(Math.abs(sizeBefore), remainingSize(order)), `${what} has an impossible size`)
  if (command.protection === 'target') return
  const standing = order.stopPrice === null ? null : toTicks(order.stopPrice, command.tickSize)
  invariant(standing !== null, `${what}: the order has no stop price`)
  invariant((command.price - standing) * Math.sign(sizeBefore) >= 0, `${what} loosens a stop at ${order.stopPrice}`)
}
