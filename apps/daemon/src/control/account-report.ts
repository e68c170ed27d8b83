import {
  type AccountReport,
  breachReport,
  type LimitReport,
  lockoutReport,
  type OrderReport,
  type PnlReport,
  type PositionReport,
  type WeekReport,
} from '@rm/control-api'
import {
  addUsd,
  type ContractId,
  type ContractSpec,
  describeGoal,
  hasOwnTag,
  type LimitUse,
  type Order,
  type PositionView,
  productOf,
  subtractUsd,
  sumUsd,
  type Trade,
  unreachable,
  type Usd,
  usd,
} from '@rm/domain'
import type { AccountFace } from '@rm/engine'
import { EVALUATION_ORDER, rules } from '@rm/rules'

/** What is told of an account and is not its own. */
interface ReportedBeside {
  readonly week: WeekReport | null
  /** Monotonic. */
  readonly elapsedMs: number
  readonly contract: (contractId: ContractId) => ContractSpec | null
}

/** What is told of one account. */
export function accountReport(face: AccountFace, { week, elapsedMs, contract }: ReportedBeside): AccountReport {
  const { state, view } = face
  const { account } = view
  return {
    id: state.accountId,
    name: account?.name ?? String(state.accountId),
    word: state.word,
    because: becauseOf(face),
    balance: account?.balance ?? null,
    canTrade: account?.canTrade ?? null,
    pnl: { ...pnlReport(face, contract), week },
    positions: view.positions.map(positionReport),
    orders: view.orders.map((order) => orderReport(face, order)),
    limits: face.limits.map((use) => limitReport(face, use)),
    lockouts: state.lockouts.map((lockout) => lockoutReport(lockout, null)),
    breaches: [...state.breaches.values()].map((breach) => breachReport(breach, null)),
    goals: state.goals.map(({ id, goal, state: where, begunAt, deadline }) => ({
      id,
      goal: describeGoal(goal),
      state: where,
      begunAt,
      deadline,
    })),
    rules: ruleReports(face),
    readMsAgo: state.trust.reconciledMs === null ? null : elapsedMs - state.trust.reconciledMs,
    settingsWait: face.settings.pending !== null,
  }
}

/** Every reason that keeps it from being ACTIVE. */
function becauseOf({ state, settings }: AccountFace): readonly string[] & string[] {
  const reasons: string[] = []
  const halted = state.halted ?? settings.policy.uncertified
  if (halted !== undefined) reasons.push(halted)
  if (!state.trust.userStreamUp) reasons.push('the user stream is down')
  else if (state.trust.reconciledMs === null || state.trust.reconciledMs < state.trust.doubtedMs) {
    reasons.push('the account has still to be read from the gateway')
  }
  reasons.push(...state.lockouts.map(({ reason }) => reason), ...state.blind)
  reasons.push(...state.goals.map(({ goal }) => `being done: ${describeGoal(goal)}`))
  return reasons
}

function pnlReport({ view }: AccountFace, contract: ReportedBeside['contract']): Omit<PnlReport, 'week'> {
  const { realized, unrealized, day } = view
  const open = unrealized.known ? unrealized.current : null
  const byProduct = Map.groupBy(view.trades, ({ trade: { contractId } }) => {
    // Traders call it ES; the gateway's code EP stands in where its record is not known.
    return contract(contractId)?.root ?? productOf(contractId)
  })
  return {
    day: day.label,
    net: realized.net,
    gross: realized.gross,
    costs: subtractUsd(realized.gross, realized.net),
    unrealized: open,
    total: open === null ? null : addUsd(realized.net, open),
    products: [...byProduct].map(([product, trades]) => ({
      product,
      ...resultOf(trades.map(({ trade }) => trade)),
      trades: trades.length,
    })),
  }
}

function resultOf(trades: readonly Trade[]): { readonly net: Usd; readonly gross: Usd; readonly costs: Usd } {
  const gross = sumUsd(trades.map(({ realizedPnl }) => realizedPnl ?? usd(0)))
  const costs = sumUsd(trades.map(({ fees, commissions }) => addUsd(fees, commissions)))
  return { gross, costs, net: subtractUsd(gross, costs) }
}

function positionReport(position: PositionView): PositionReport {
  const { contractId, contract, signedSize, averagePrice, openedAt, value, protection } = position
  return {
    contractId,
    contract: contract?.name ?? contractId,
    signedSize,
    averagePrice,
    openedAt,
    unrealized: value.kind === 'known' ? value.current : null,
    unknownBecause: value.kind === 'known' ? null : value.reason,
    covered: protection.covered,
  }
}

function orderReport({ view }: AccountFace, order: Order): OrderReport {
  const { id, contractId, side, type, status, size, filled, stopPrice, limitPrice } = order
  const held = view.positions.find((position) => position.contractId === contractId)
  return {
    id,
    contractId,
    contract: held?.contract?.name ?? contractId,
    side,
    type,
    status,
    size,
    filled,
    price: stopPrice ?? limitPrice,
    ours: hasOwnTag(order),
  }
}

function limitReport(face: AccountFace, use: LimitUse): LimitReport {
  const { rule, what, kind } = use
  switch (use.unit) {
    case 'usd': {
      const left = use.used === null ? null : subtractUsd(use.limit, use.used)
      const measure = { unit: use.unit, used: use.used, limit: use.limit, left }
      return { rule, what, kind, measure, ticksLeft: left === null ? null : ticksIn(left, face) }
    }
    case 'time':
      return {
        rule,
        what,
        kind,
        measure: { unit: use.unit, usedMs: use.used, limitMs: use.limit, leftMs: use.limit - use.used },
        ticksLeft: null,
      }
    case 'contracts':
    case 'trades':
      return {
        rule,
        what,
        kind,
        measure: { unit: use.unit, used: use.used, limit: use.limit, left: use.limit - use.used },
        ticksLeft: null,
      }
    default:
      return unreachable(use)
  }
}

/** By how many whole ticks the one open position may move until the amount is used up. */
function ticksIn(amount: Usd, { view }: AccountFace): number | null {
  const [position, ...others] = view.positions
  if (position === undefined || position.contract === null || others.length > 0) return null
  const perTick = position.contract.tickValue * Math.abs(position.signedSize)
  return perTick === 0 ? null : Math.floor(amount / perTick)
}

function ruleReports({ state, settings }: AccountFace): AccountReport['rules'] {
  return EVALUATION_ORDER.flatMap((id) => {
    const enabled = settings.policy.rules[id]
    if (enabled === undefined) return []
    const proof = state.proofs.get(id)
    return [
      {
        rule: rules[id].code,
        title: rules[id].title,
        mode: enabled.mode,
        result: state.results.get(id) ?? null,
        proof: proof?.verdict ?? null,
        proofBecause: proof?.because ?? null,
      },
    ]
  })
}
