import type {
  AccountId,
  Breach,
  ContractSpec,
  DayTrade,
  EnforcementStory,
  Instant,
  Lockout,
  PursuedGoal,
} from '@rm/domain'
import { sql } from 'kysely'
import { z } from 'zod'
import { AuditRow } from './audit-chain.ts'
import { json, moment, readRow } from './columns.ts'
import type { Queries } from './queries.ts'
import type { AuditTable } from './schema.ts'
import { breachOf } from './rows/breach-row.ts'
import { commandRecordOf } from './rows/command-row.ts'
import { contractOf } from './rows/contract-row.ts'
import { pursuedGoalOf } from './rows/goal-row.ts'
import { lockoutOf } from './rows/lockout-row.ts'
import { dayTradeOf } from './rows/trade-row.ts'

/** Something of the past with its end; `null` while it lasts. */
export interface Ended<What> {
  readonly what: What
  readonly endedAt: Instant | null
}

/** A half-open stretch of time of one account. */
export interface AccountSpan {
  readonly accountId: AccountId
  readonly since: Instant
  readonly until: Instant
}

/** Which records of the audit trail are wanted. */
export interface AuditWish {
  /** Records behind this sequence number and before the other. */
  readonly after: number
  readonly before: number
  readonly order: 'oldest' | 'newest'
  /** At most so many. */
  readonly limit: number
  /** `null` stands for all. */
  readonly action: string | null
  readonly actor: string | null
  readonly accountId: AccountId | null
}

/** Records that were found, and where the search has to go on. */
export interface AuditFound {
  readonly records: readonly AuditTable[]
  /** The last sequence number that was looked at; `null`: there is nothing more. */
  readonly next: number | null
}

/** So many records are looked at for one question: whoever looks for what is rare must not hold up the enforcement (reliability B-9). */
const AUDIT_LOOKS_MAX = 10_000

/** What the store remembers of the past, for those who ask. */
export class History {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** The newest lockouts of all accounts, in force or not, newest first. */
  lockouts(limit: number): readonly Ended<Lockout>[] {
    const { build } = this.#queries
    const newest = build.selectFrom('lockout').selectAll().orderBy('from_at', 'desc').orderBy('id', 'desc').limit(limit)
    return this.#queries.rows(newest).map((row) => ({ what: lockoutOf(row), endedAt: endOf('lockout', row) }))
  }

  /** The newest breaches of all accounts, newest first. */
  breaches(limit: number): readonly Ended<Breach>[] {
    const { build } = this.#queries
    const newest = build
      .selectFrom('breach')
      .selectAll()
      .orderBy('first_seen_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
    return this.#queries.rows(newest).map((row) => ({ what: breachOf(row), endedAt: endOf('breach', row) }))
  }

  /** The stories of what was enforced last, newest first. */
  newestStories(limit: number): readonly EnforcementStory[] {
    const { build } = this.#queries
    const newest = build.selectFrom('goal').selectAll().orderBy('begun_at', 'desc').orderBy('id', 'desc').limit(limit)
    return this.#queries.rows(newest).map((row) => this.#storyOf(pursuedGoalOf(row)))
  }

  /** The stories of a goal, or of what a breach or a lockout demanded, oldest first. */
  storiesOf(id: string): readonly EnforcementStory[] {
    const { build } = this.#queries
    const goals = build
      .selectFrom('goal')
      .selectAll()
      .where((goal) =>
        goal.or([
          // By the key, which begins with the account.
          goal.and([goal('id', '=', id), goal('account_id', 'in', build.selectFrom('last_turn').select('account_id'))]),
          goal('origin_id', '=', id),
        ]),
      )
      .orderBy('begun_at')
      .orderBy('id')
    return this.#queries.rows(goals).map((row) => this.#storyOf(pursuedGoalOf(row)))
  }

  /** Trades of a span in order of their stamps, voided ones too. */
  tradesOf({ accountId, since, until }: AccountSpan): readonly DayTrade[] {
    const trades = this.#queries.build
      .selectFrom('trade')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('at', '>=', since)
      .where('at', '<', until)
      .orderBy('at')
      .orderBy('microseconds')
      .orderBy('id')
    return this.#queries.rows(trades).map(dayTradeOf)
  }

  /** Breaches that began in a span, oldest first. */
  breachesOf({ accountId, since, until }: AccountSpan): readonly Ended<Breach>[] {
    const breaches = this.#queries.build
      .selectFrom('breach')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('first_seen_at', '>=', since)
      .where('first_seen_at', '<', until)
      .orderBy('first_seen_at')
      .orderBy('id')
    return this.#queries.rows(breaches).map((row) => ({ what: breachOf(row), endedAt: endOf('breach', row) }))
  }

  /** Lockouts that began in a span, oldest first. */
  lockoutsOf({ accountId, since, until }: AccountSpan): readonly Ended<Lockout>[] {
    const lockouts = this.#queries.build
      .selectFrom('lockout')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('from_at', '>=', since)
      .where('from_at', '<', until)
      .orderBy('from_at')
      .orderBy('id')
    return this.#queries.rows(lockouts).map((row) => ({ what: lockoutOf(row), endedAt: endOf('lockout', row) }))
  }

  /** Every contract that the gateway ever described. */
  contracts(): readonly ContractSpec[] {
    return this.#queries.rows(this.#queries.build.selectFrom('contract').selectAll()).map(contractOf)
  }

  /** Records of the audit trail, as many of them as one look finds. */
  audit({ after, before, order, limit, action, actor, accountId }: AuditWish): AuditFound {
    const { build } = this.#queries
    const end = Math.min(before, this.#auditLength() + 1)
    // The trail has no gap: so many numbers are so many records.
    const [low, high] =
      order === 'oldest'
        ? [after, Math.min(end, after + AUDIT_LOOKS_MAX + 1)]
        : [Math.max(after, end - AUDIT_LOOKS_MAX - 1), end]
    let wanted = build.selectFrom('audit').selectAll().where('seq', '>', low).where('seq', '<', high)
    if (action !== null) wanted = wanted.where('action', '=', action)
    if (actor !== null) wanted = wanted.where('actor', '=', actor)
    if (accountId !== null) wanted = wanted.where('account_id', '=', accountId)
    const rows = this.#queries.rows(wanted.orderBy('seq', order === 'oldest' ? 'asc' : 'desc').limit(limit))
    const records = rows.map((row) => readRow('audit', AuditRow, row))
    const isFull = records.length === limit
    const looked = isFull ? records.at(-1)?.seq : order === 'oldest' ? high - 1 : low + 1
    const isAtEnd = looked === undefined || (order === 'oldest' ? looked >= end - 1 : looked <= after + 1)
    return { records, next: isAtEnd ? null : looked }
  }

  #auditLength(): number {
    const head = this.#queries.rows(this.#queries.build.selectFrom('audit_head').select('seq'))[0]
    return head === undefined ? 0 : readRow('audit_head', Length, head).seq
  }

  #storyOf(goal: PursuedGoal): EnforcementStory {
    const { build } = this.#queries
    const commands = build
      .selectFrom('command')
      .selectAll()
      .where('account_id', '=', goal.accountId)
      .where('goal_id', '=', goal.id)
      .orderBy('sent_at')
      .orderBy('id')
    const breach = goal.origin.kind === 'breach' ? this.#breach(goal) : null
    const lockout = this.#lockout(goal, breach)
    return {
      goal,
      breach,
      lockout,
      commands: this.#queries.rows(commands).map(commandRecordOf),
      configuration: lockout?.evidence?.configuration ?? this.#configurationOf(goal),
      tookMs: goal.endedAt === null ? null : goal.endedAt - goal.begunAt,
    }
  }

  #breach({ accountId, origin }: PursuedGoal): Breach | null {
    const { build } = this.#queries
    const row = build.selectFrom('breach').selectAll().where('account_id', '=', accountId).where('id', '=', origin.id)
    return this.#queries.rows(row).map(breachOf)[0] ?? null
  }

  /** The lockout that stands behind the goal, or that its breach set in the same turn. */
  #lockout({ accountId, origin, begunAt }: PursuedGoal, breach: Breach | null): Lockout | null {
    const ofAccount = this.#queries.build.selectFrom('lockout').selectAll().where('account_id', '=', accountId)
    const row =
      origin.kind === 'lockout'
        ? ofAccount.where('id', '=', origin.id)
        : ofAccount.where('rule', '=', breach?.rule ?? '').where('from_at', '=', begunAt)
    return this.#queries.rows(row).map(lockoutOf)[0] ?? null
  }

  /** The audit trail says under which configuration a breach was found. */
  #configurationOf({ origin }: PursuedGoal): string {
    const { build } = this.#queries
    const begun = build
      .selectFrom('audit')
      .select('detail')
      .where('subject', '=', origin.id)
      .where(sql<boolean>`action = 'breach-begun'`) // in a literal, for the partial index
      .limit(1)
    const row = this.#queries.rows(begun)[0]
    return row === undefined ? 'unknown' : readRow('audit', BegunDetail, row).detail.configuration
  }
}

const BegunDetail = z.object({ detail: json(z.object({ configuration: z.string() })) })
const Length = z.object({ seq: z.int() })
const End = z.object({ ended_at: moment.nullable() })

function endOf(table: 'lockout' | 'breach', row: unknown): Instant | null {
  return readRow(table, End, row).ended_at
}
