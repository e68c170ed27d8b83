import {
  type ContractSpec,
  type Instant,
  isCovered,
  latest,
  type Order,
  type OrderId,
  type PositionCycle,
  type Position,
  type ProtectionMeter,
  type StopCriteria,
} from '@rm/domain'

/** What decides whether a position is protected (RULE-008). */
export interface ProtectionInputs {
  readonly position: Position
  /** Working orders, of any contract. */
  readonly orders: readonly Order[]
  readonly contract: ContractSpec | null
  readonly criteria: StopCriteria
  readonly hasFilled: (parentId: OrderId) => boolean
}

export function unprotectedSince(openedAt: Instant): ProtectionMeter {
  return { uncoveredMs: 0, covered: false, measuredAt: openedAt }
}

/** Whether valid stops cover the position now. */
export function isProtected(inputs: ProtectionInputs): boolean {
  return isProtectedBy(inputs, ordersOfContract(inputs))
}

/** The meter after coverage was found to be as given since `at`; `at` before the last measurement counts as the last measurement. */
export function measured(meter: ProtectionMeter, covered: boolean, at: Instant): ProtectionMeter {
  if (meter.covered === covered) return meter
  const until = latest(meter.measuredAt, at)
  return { uncoveredMs: uncoveredUntil(meter, until), covered, measuredAt: until }
}

/** The meter, read and stopped: what comes after is not known (yet). */
export function stoppedAt(meter: ProtectionMeter, at: Instant): ProtectionMeter {
  const until = latest(meter.measuredAt, at)
  return { uncoveredMs: uncoveredUntil(meter, until), covered: true, measuredAt: until }
}

/** The meter's last reading, at the end of its cycle. */
export function endedAt(meter: ProtectionMeter, at: Instant): ProtectionMeter {
  return { ...stoppedAt(meter, at), covered: meter.covered }
}

/**
 * When the stops that cover a position came to stand: the creation of the one that completed them. A bracket child is older than the
 * position that it protects.
 */
export function protectedSince(inputs: ProtectionInputs): Instant | null {
  const standing: Order[] = []
  for (const order of ordersOfContract(inputs).toSorted((a, b) => a.createdAt - b.createdAt)) {
    standing.push(order)
    if (isProtectedBy(inputs, standing)) return order.createdAt
  }
  return null
}

/** The cycle with another meter; the same cycle when the meter is the same. */
export function withMeter(cycle: PositionCycle, protection: ProtectionMeter): PositionCycle {
  return protection === cycle.protection ? cycle : { ...cycle, protection }
}

function uncoveredUntil(meter: ProtectionMeter, until: Instant): number {
  return meter.covered ? meter.uncoveredMs : meter.uncoveredMs + (until - meter.measuredAt)
}

function ordersOfContract({ orders, position }: ProtectionInputs): readonly Order[] {
  return orders.filter((order) => order.contractId === position.contractId)
}

function isProtectedBy(inputs: ProtectionInputs, orders: readonly Order[]): boolean {
  const { position, contract, criteria, hasFilled } = inputs
  return isCovered(
    {
      signedSize: position.signedSize,
      averagePrice: position.averagePrice,
      tickSize: contract === null ? null : contract.tickSize,
    },
    orders,
    criteria,
    hasFilled,
  )
}
