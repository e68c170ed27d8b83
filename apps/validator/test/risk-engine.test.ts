import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { instant } from '@rm/domain'
import { openStore } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SIMULATOR_CONFIG } from '../src/program-files.ts'
import { positionLimitsCheck } from '../src/validators/risk-engine/position-limits-check.ts'
import { positionSizeCheck } from '../src/validators/risk-engine/position-size-check.ts'
import { changedConfig } from './changed-config.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-sizes-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const ACCOUNT = 7_001_001

/** A data folder of a daemon that saw so many round trips in MNQ, with these results in dollars, over and over. */
async function dataFolder(count: number, results: readonly number[], contracts = 2): Promise<string> {
  const directory = mkdtempSync(path.join(folder, 'data-'))
  const file = path.join(directory, 'practice-day.db')
  const now = instant(1_795_000_000_000)
  const store = await openStore({ path: file, secondFolder: null, now: () => now, program: { version: '0.1.0' } })
  store.close()
  const database = new Sqlite(file)
  database
    .prepare('INSERT INTO account (id, name, balance, can_trade, visible, seen_at) VALUES (?, ?, ?, 1, 1, ?)')
    .run(ACCOUNT, 'PRAC-V2-100200-7001001', 500_000_000, now)
  database
    .prepare(
      'INSERT INTO contract (id, name, product, root, tick_size, tick_value, active, fetched_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?)',
    )
    .run('CON.F.US.MNQ.Z26', 'MNQZ6', 'MNQ', 'MNQ', '0.25', 5_000, now)
  const insert = database.prepare(
    `INSERT INTO position_cycle (account_id, id, contract_id, side, opened_at, closed_at, enlarged_at, max_size, realized, uncovered_ms, covered, measured_at, placements)
     VALUES (?, ?, 'CON.F.US.MNQ.Z26', 'long', ?, ?, ?, ?, ?, 0, 1, ?, 0)`,
  )
  for (let index = 0; index < count; index += 1) {
    const at = now + index * 60_000
    insert.run(
      ACCOUNT,
      `cycle-${index}`,
      at,
      at + 30_000,
      at,
      contracts,
      (results[index % results.length] ?? 0) * 10_000,
      at,
    )
  }
  database.close()
  return directory
}

async function sizeFor(count: number, results: readonly number[]) {
  return askCheck(positionSizeCheck, runContext({ dataDirectory: await dataFolder(count, results) }), folder)
}

test('the size that a history bears is told with its numbers, within the limits', async () => {
  const { verdict, findings } = await sizeFor(30, [100, 100, 100, -100, -100])
  expect(verdict).toBe('passed')
  expect(findings).toHaveLength(1)
  expect(findings[0]?.severity).toBe('notice')
  // A quarter of 0.2 would be 50 contracts; the day's loss of 500 dollars allows 10, RULE-002 2.
  expect(findings[0]?.what).toMatch(
    /^2 contracts are advised .*2 are allowed: 30 round trips, 60 % won, .* Kelly fraction 0\.20$/,
  )
})

test('too short a history says nothing, and none at all neither', async () => {
  expect(await sizeFor(29, [100, -50])).toMatchObject({
    verdict: 'not applicable',
    evidence: '29 round trips of a product at most are stored; 30 are needed',
  })
  expect((await askCheck(positionSizeCheck, runContext(), folder)).verdict).toBe('not applicable')
})

test('the practice day bounds every account', async () => {
  const { verdict, findings, evidence } = await askCheck(positionLimitsCheck, runContext(), folder)
  expect([verdict, findings]).toEqual(['passed', []])
  expect(evidence).toContain('3 contracts in all and 2 MNQ, 3 MES, 1 ES, 2 MCL')
})

describe('planted: sizes that do not fit', () => {
  test('a history that loses', async () => {
    const { verdict, findings } = await sizeFor(40, [100, -100, -100])
    expect([verdict, findings[0]?.place]).toEqual(['warned', 'MNQ of PRAC-V2-100200-7001001'])
    expect(findings[0]?.what).toMatch(/^the history loses: 40 round trips/)
  })

  test('a database whose history has been edited into nonsense', async () => {
    const dataDirectory = await dataFolder(30, [100, -100])
    const database = new Sqlite(path.join(dataDirectory, 'practice-day.db'))
    database.prepare("UPDATE position_cycle SET max_size = 0 WHERE id = 'cycle-7'").run()
    database.close()
    const result = await askCheck(positionSizeCheck, runContext({ dataDirectory }), folder)
    expect(errorsOf(result)).toEqual([expect.stringMatching(/^position_cycle: cycle-7: max_size /)])
  })

  test('an account whose limits of size are both in shadow', async () => {
    const configDirectory = changedConfig(SIMULATOR_CONFIG, mkdtempSync(path.join(folder, 'config-')), [
      ['risk_config.yaml', ['rules', 'max_contracts', 'mode'], 'shadow'],
      ['risk_config.yaml', ['rules', 'max_contracts_per_instrument', 'mode'], 'shadow'],
    ])
    const result = await askCheck(positionLimitsCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)[1]).toMatch(/^sizes of PRAC-V2-100200-7001002: neither RULE-001 nor RULE-002/)
  })

  test('a product of which more is allowed than the tier has', async () => {
    const limits = ['rules', 'max_contracts_per_instrument', 'instrument_limits']
    const configDirectory = changedConfig(SIMULATOR_CONFIG, mkdtempSync(path.join(folder, 'config-')), [
      ['risk_config.yaml', ['rules', 'max_contracts', 'enabled'], false],
      ['risk_config.yaml', limits, { MNQ: 60, ES: 5 }],
      ['accounts.yaml', ['accounts', 1, 'plan'], { size: '50k' }],
    ])
    const result = await askCheck(positionLimitsCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^sizes of PRAC-V2-100200-7001002, .*instrument_limits\.MNQ: 60 are allowed; the firm allows 50/,
      ),
    ])
  })
})
