import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { instant } from '@rm/domain'
import { makeEarlierVersion, SCHEMA_VERSION } from '@rm/state'
import Sqlite from 'better-sqlite3'
import type { Finding } from '../../report/validation-report.ts'
import { historyAccount } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { schemaDifferences, schemaOf } from '../../stored-data/schema-objects.ts'
import { answer, type Check } from '../../validator.ts'

/** Makes a database of each earlier version with a lockout, its breach, goal and request in it, and opens it with the store of this build. */
export const earlierVersionsCheck: Check = {
  id: 'earlier-versions',
  title: 'A database of every earlier version comes up with all that it holds',
  from: 'quick',
  limitMs: 60_000,
  async run({ scratch }) {
    const fresh = path.join(scratch, 'fresh', 'state.db')
    ;(await openAsDaemon(fresh)).close()
    const findings: Finding[] = []
    for (let version = 1; version < SCHEMA_VERSION; version += 1) {
      const file = path.join(scratch, `version-${version}`, 'state.db')
      mkdirSync(path.dirname(file))
      await makeEarlierVersion(file, version, machineTime())
      fill(file)
      const lost = [
        ...(await lostBy(file)),
        ...schemaDifferences(schemaOf(file), schemaOf(fresh)).map(({ object, what }) => `${object} ${what}`),
      ]
      findings.push(...lost.map((what) => findingOf(version, what)))
    }
    return answer(`Databases of the versions 1 to ${SCHEMA_VERSION - 1} were filled and opened.`, findings)
  },
}

function findingOf(version: number, what: string): Finding {
  const remedy = 'Do not deploy this build on such a database; report it.'
  return { severity: 'error', place: `schema version ${version}`, what, remedy }
}

const ACCOUNT = historyAccount(0)

/** Rows in the columns that every version has. */
function fill(file: string): void {
  const database = new Sqlite(file)
  try {
    database.exec(`
      INSERT INTO lockout (account_id, id, rule, scope, effect, baseline, from_at, end_kind, end_at, reason)
        VALUES (${ACCOUNT}, 'l', 'RULE-003', 'account', 'flat', '[]', 1000, 'next-reset', 4000000000000, 'the limit');
      INSERT INTO breach (account_id, id, rule, scope, tier, measured, "limit", message, goals, first_seen_at, last_seen_at, cause)
        VALUES (${ACCOUNT}, 'b', 'RULE-003', 'account', 1, '1', '2', 'the limit', '[{"kind":"flat-account"}]', 1000, 1000, 'a trade');
      INSERT INTO goal (account_id, id, origin_kind, origin_id, kind, goal, begun_at, deadline, state)
        VALUES (${ACCOUNT}, 'g', 'breach', 'b', 'flat-account', '{"kind":"flat-account"}', 1000, 2000, 'pursued');
      INSERT INTO command (account_id, id, goal_id, kind, command, attempt, state, sent_at)
        VALUES (${ACCOUNT}, 'c', 'g', 'close-position',
          '{"kind":"close-position","accountId":${ACCOUNT},"contractId":"CON.F.US.MNQ.Z26"}', 1, 'sending', 1000);
      INSERT INTO trade (account_id, id, contract_id, order_id, side, size, price, realized_pnl, fees, commissions, at, microseconds, voided, origin, received_at)
        VALUES (${ACCOUNT}, 1, 'CON.F.US.MNQ.Z26', 1, 'sell', 1, '21000.25', -5000000, 3700, 0, 1000, 0, 0, 'trader', 1000);
      INSERT INTO position_cycle (account_id, id, contract_id, side, opened_at, enlarged_at, max_size, realized, uncovered_ms, covered, measured_at)
        VALUES (${ACCOUNT}, 'p', 'CON.F.US.MNQ.Z26', 'long', 1000, 1000, 1, 0, 0, 0, 1000);
      INSERT INTO reset_mark (account_id, kind, instant, processed_at) VALUES (${ACCOUNT}, 'daily', 900, 900);
      INSERT INTO warning_mark (account_id, day, rule, level, given_at) VALUES (${ACCOUNT}, '1970-01-01', 'RULE-003', '0.8', 1000);
      INSERT INTO last_turn (account_id, at) VALUES (${ACCOUNT}, 1000);`)
  } finally {
    database.close()
  }
}

/** What the store of this build does not know any more of what was put in. */
async function lostBy(file: string): Promise<readonly string[]> {
  using store = await openAsDaemon(file)
  const { trades, cycles, lockouts, breaches, goals, commands, warnings, lastReset, lastTurnAt } = store.loadAccount(
    ACCOUNT,
    instant(0),
  )
  const kept = { trades, cycles, lockouts, breaches, goals, commands, warnings }
  return [
    ...store.recovery,
    ...Object.entries(kept).flatMap(([what, rows]) =>
      rows.length === 1 ? [] : [`${rows.length} of 1 ${what} are left`],
    ),
    ...(lastReset === 900 && lastTurnAt === 1_000 ? [] : ['the marks of the last reset and turn are not as they were']),
    ...(store.verifyAudit().ok ? [] : ['the audit trail does not verify']),
    ...(keptAside(file) ? [] : ['no copy from before the migration was kept']),
  ]
}

function keptAside(file: string): boolean {
  const names = readdirSync(path.join(path.dirname(file), 'before-migration'))
  return names.filter((name) => name.endsWith('.db')).length === 1
}
