import {
  AccountId,
  type Baseline,
  type Breach,
  type Command,
  type CommandOutcome,
  type CommandRecord,
  ContractId,
  type ContractSpec,
  type DayTrade,
  FINDING_ALERT_CODES,
  type Goal,
  type Instant,
  instant,
  type Lockout,
  OrderId,
  type PositionCycle,
  type PursuedGoal,
  type Ticks,
  ticks,
  type StoredAccount,
  TradeId,
  type Usd,
  usd,
  type WarningMark,
} from '@rm/domain'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DataFolder } from './data-folder.ts'
import { aTurn, NOON } from './turn-records.ts'

const ACCOUNT = AccountId.parse(2_000_000_011)
const BEGINNING = instant(0)

const text = fc.string({ unit: 'binary', maxLength: 12 })
const id = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 })
const moment: fc.Arbitrary<Instant> = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(instant)
const money: fc.Arbitrary<Usd> = fc.maxSafeInteger().map(usd)
const tickCount: fc.Arbitrary<Ticks> = fc.integer({ min: -4_000_000, max: 4_000_000 }).map(ticks)
const price = fc.oneof(
  fc.integer({ min: -4_000, max: 400_000 }).map((quarters) => quarters / 4),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
)
const size = fc.integer({ min: -1_000, max: 1_000 })
const contractId = id.map((part) => ContractId.parse(`CON.F.US.${part}.Z26`))
const orderId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map((value) => OrderId.parse(value))
const tradeId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map((value) => TradeId.parse(value))
const rule = fc.constantFrom('RULE-001', 'RULE-003', 'RULE-009', 'RULE-101', 'GUARD-STALE')
const baseline: fc.Arbitrary<Baseline> = fc
  .uniqueArray(fc.tuple(contractId, size), { selector: ([contract]) => contract, maxLength: 3 })
  .map((pairs) => new Map(pairs))
const product = text.map((name) => `product:${name}` as const)

const goal: fc.Arbitrary<Goal> = fc.oneof(
  fc.record({ kind: fc.constant('flat-account') }),
  fc.record({ kind: fc.constant('flat-product'), product: text }),
  fc.record({ kind: fc.constant('flat-contract'), contractId }),
  fc.record({ kind: fc.constant('cap'), contractId, side: fc.constantFrom('long', 'short'), contracts: fc.nat() }),
  fc.record({ kind: fc.constant('reduce-only'), baseline }),
  fc.record({ kind: fc.constant('reduce-only'), baseline, product: text }),
  fc.record({ kind: fc.constant('order-cancelled'), orderId }),
)

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('close-position'), accountId: fc.constant(ACCOUNT), contractId }),
  fc.record({
    kind: fc.constant('reduce-position'),
    accountId: fc.constant(ACCOUNT),
    contractId,
    contracts: fc.nat(),
  }),
  fc.record({ kind: fc.constant('cancel-order'), accountId: fc.constant(ACCOUNT), contractId, orderId }),
  fc.record({
    kind: fc.constant('place-order'),
    accountId: fc.constant(ACCOUNT),
    contractId,
    protection: fc.constantFrom('stop', 'target'),
    side: fc.constantFrom('buy', 'sell'),
    contracts: fc.nat(),
    price: tickCount,
    tickSize: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
    tag: text,
  }),
  fc.record({
    kind: fc.constant('modify-order'),
    accountId: fc.constant(ACCOUNT),
    contractId,
    orderId,
    protection: fc.constantFrom('stop', 'target'),
    contracts: fc.nat(),
    price: tickCount,
    tickSize: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
  }),
)

const outcome: fc.Arbitrary<CommandOutcome> = fc.oneof(
  fc.record({ kind: fc.constant('accepted') }),
  fc.record({
    kind: fc.constant('refused'),
    refusal: fc.constantFrom('not-found', 'market-closed', 'account-rejected', 'invalid-size', 'other'),
    code: fc.integer(),
    message: fc.option(text),
  }),
  fc.record({ kind: fc.constant('unknown'), cause: text }),
  fc.record({ kind: fc.constant('not-sent'), cause: text }),
)

const dayTrade: fc.Arbitrary<DayTrade> = fc.record({
  trade: fc.record({
    id: tradeId,
    accountId: fc.constant(ACCOUNT),
    contractId,
    orderId,
    side: fc.constantFrom('buy', 'sell'),
    size: fc.nat(),
    price,
    realizedPnl: fc.option(money),
    fees: money,
    commissions: money,
    at: moment,
    microseconds: fc.integer({ min: 0, max: 999 }),
    voided: fc.boolean(),
  }),
  origin: fc.constantFrom('trader', 'enforcer'),
})

const cycle: fc.Arbitrary<PositionCycle> = fc.record({
  id,
  accountId: fc.constant(ACCOUNT),
  contractId,
  side: fc.constantFrom('long', 'short'),
  openedAt: moment,
  closedAt: fc.constant(null),
  enlargedAt: moment,
  maxSize: fc.nat(),
  realized: money,
  protection: fc.record({ uncoveredMs: fc.nat(), covered: fc.boolean(), measuredAt: moment }),
  management: fc.record({
    breakEvenDone: fc.option(tickCount),
    trailExtreme: fc.option(tickCount),
    placements: fc.nat(),
  }),
})

const lockout: fc.Arbitrary<Lockout> = fc.record({
  id,
  accountId: fc.constant(ACCOUNT),
  rule,
  scope: fc.oneof(fc.constant('account'), product),
  effect: fc.constantFrom('flat', 'reduce-only'),
  baseline,
  from: moment,
  end: fc.oneof(
    fc.record({ kind: fc.constantFrom('at', 'next-reset', 'session-start'), at: moment }),
    fc.record({ kind: fc.constantFrom('can-trade', 'config') }),
  ),
  reason: text,
  evidence: fc.option(fc.record({ measured: text, limit: text, configuration: text })),
})

const breach: fc.Arbitrary<Breach> = fc.record({
  id,
  accountId: fc.constant(ACCOUNT),
  rule,
  scope: fc.oneof(
    fc.constant('account'),
    product,
    text.map((name) => `contract:${name}` as const),
    text.map((name) => `order:${name}` as const),
  ),
  tier: fc.nat(),
  measured: text,
  limit: text,
  message: text,
  goals: fc.array(goal, { maxLength: 4 }),
  alert: fc.option(fc.constantFrom(...FINDING_ALERT_CODES)),
  firstSeenAt: moment,
  lastSeenAt: moment,
  cause: text,
})

const pursuedGoal: fc.Arbitrary<PursuedGoal> = fc.record({
  id,
  accountId: fc.constant(ACCOUNT),
  origin: fc.record({ kind: fc.constantFrom('breach', 'lockout'), id }),
  goal,
  begunAt: moment,
  deadline: moment,
  state: fc.constantFrom('pursued', 'escalated'),
  endedAt: fc.option(moment),
})

function commandOf(goalIds: readonly string[]): fc.Arbitrary<CommandRecord> {
  return fc.record({
    id,
    goalId: fc.constantFrom(...goalIds, null),
    reason: fc.option(fc.record({ message: text, measured: text, limit: text, cause: text, configuration: text })),
    command,
    attempt: fc.nat(),
    state: fc.constantFrom('sending', 'acked', 'in-doubt'),
    sentAt: moment,
    outcome: fc.option(outcome),
    latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    settledAt: fc.option(moment),
    settledBy: fc.option(text),
  })
}

const warning: fc.Arbitrary<WarningMark> = fc.record({
  rule: text,
  level: fc.double({ min: 0, max: 1, noNaN: true }).map((level) => level || 0),
  day: text,
})

/** One of each id, because under one key the last row stands. */
function some<Value>(value: fc.Arbitrary<Value>, key: (value: Value) => unknown): fc.Arbitrary<Value[]> {
  return fc.uniqueArray(value, { selector: key, maxLength: 3 })
}

const remembered = some(pursuedGoal, (value) => value.id).chain((goals) =>
  fc.record({
    goals: fc.constant(goals),
    commands: some(commandOf(goals.map((value) => value.id)), (value) => value.id),
    trades: some(dayTrade, (value) => value.trade.id),
    cycles: some(cycle, (value) => value.id),
    lockouts: some(lockout, (value) => value.id),
    breaches: some(breach, (value) => value.id),
    resets: fc.uniqueArray(moment, { maxLength: 3 }),
    warnings: some(warning, (value) => JSON.stringify(value)),
  }),
)

test('whatever a turn wrote is what the next start reads', async () => {
  await fc.assert(
    fc.asyncProperty(remembered, async ({ resets, ...rows }) => {
      using folder = new DataFolder()
      {
        using store = await folder.open()
        store.commit([aTurn({ accountId: ACCOUNT, resets, ...rows })])
      }
      using store = await folder.open()
      const isWritten = Object.values(rows).some((list) => list.length > 0) || resets.length > 0
      expect(bySortedText(store.loadAccount(ACCOUNT, BEGINNING))).toEqual(
        bySortedText({
          ...rows,
          lastReset: resets.length === 0 ? null : instant(Math.max(...resets)),
          lastTurnAt: isWritten ? NOON : null,
        }),
      )
      expect(store.verifyAudit().ok).toBe(true)
    }),
    { numRuns: propertyRuns(60) },
  )
})

test('a restart on the same store locks every account as before, with kinds, scopes and ends, and none for another', async () => {
  using folder = new DataFolder()
  const expected = new Map<AccountId, readonly Lockout[]>()
  {
    using store = await folder.open()
    fc.assert(
      fc.property(
        some(lockout, (value) => value.id),
        (lockouts) => {
          const accountId = AccountId.parse(1 + expected.size)
          const own = lockouts.map((one) => ({ ...one, accountId }))
          expected.set(accountId, own)
          store.commit([aTurn({ accountId, lockouts: own })])
        },
      ),
      { numRuns: propertyRuns() },
    )
  }
  using store = await folder.open()
  for (const [accountId, lockouts] of expected) {
    expect(sorted(store.loadAccount(accountId, BEGINNING).lockouts)).toEqual(sorted(lockouts))
  }
})

const contract: fc.Arbitrary<ContractSpec> = fc.record({
  id: contractId,
  name: text,
  product: text,
  root: text,
  tickSize: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
  tickValue: money,
  active: fc.boolean(),
})

test('contract records are read back exactly, the last version of each', async () => {
  await fc.assert(
    fc.asyncProperty(
      some(contract, (value) => value.id),
      fc.boolean(),
      async (specs, active) => {
        using folder = new DataFolder()
        const changed = specs.map((spec) => ({ ...spec, active }))
        {
          using store = await folder.open()
          store.saveContracts(specs, NOON)
          expect(bySortedText(store.contracts())).toEqual(bySortedText(specs))
          store.saveContracts(changed, NOON)
        }
        using store = await folder.open()
        expect(bySortedText(store.contracts())).toEqual(bySortedText(changed))
      },
    ),
    { numRuns: propertyRuns(20) },
  )
})

/** The store orders rows by time and id, the generator does not: compared as sets. Text, so that a map inside counts. */
function bySortedText(value: StoredAccount | readonly ContractSpec[]): unknown {
  if (isList(value)) return sorted(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, Array.isArray(member) ? sorted(member) : member]),
  )
}

function sorted(list: readonly unknown[]): readonly string[] {
  return list.map(asText).toSorted()
}

function isList(value: StoredAccount | readonly ContractSpec[]): value is readonly ContractSpec[] {
  return Array.isArray(value)
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member instanceof Map) return { map: [...member] }
    const isRecord = typeof member === 'object' && member !== null && !Array.isArray(member)
    return isRecord ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1))) : member
  })
}
