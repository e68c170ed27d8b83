import type { Breach, EnforcementStory, Instant, Lockout, PursuedGoal } from '@rm/domain'
import { sql } from 'kysely'
import { z } from 'zod'
import { AuditRow } from './audit-chain.ts'
import { json, moment, readRow } from './columns.ts'
import type { Queries } from './queries.ts'
import type { AuditTable } from './schema.ts'
import { breachOf } from './rows/breach-row.ts'
import { commandRecordOf } from './rows/command-row.ts'
import { pursuedGoalOf } from './rows/goal-row.ts'
import { lockoutOf } from './rows/lockout-row.ts'

/** Something of the past with its end; `null` while it lasts. */
export interface Ended<What> {
  readonly what: What
  readonly endedAt: Instant | null
}

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

  /** Records of the audit trail behind a sequence number, oldest first. */
  audit(after: number, limit: number): readonly AuditTable[] {
    const { build } = this.#queries
    const records = build.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(limit)
    return this.#queries.rows(records).map((row) => readRow('audit', AuditRow, row))
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
const End = z.object({ ended_at: moment.nullable() })

function endOf(table: 'lockout' | 'breach', row: unknown): Instant | null {
  return readRow(table, End, row).ended_at
}
