import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { stagedId } from '../src/rehearsal/staged-accounts.ts'
import { enforcementCheck } from '../src/validators/execution/cases-check.ts'
import { managedStopCheck } from '../src/validators/execution/managed-stop-check.ts'
import { rateBudgetCheck } from '../src/validators/execution/rate-budget-check.ts'
import { readBreakerCheck } from '../src/validators/execution/read-breaker-check.ts'
import { daemonWithDetour } from './planted-daemons/detour.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-execution-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** A copy of the practice day's configuration that has little patience, with other settings of the gateway. */
function configWith(name: string, api: string): string {
  const configDirectory = path.join(folder, name)
  cpSync(SIMULATOR_CONFIG, configDirectory, { recursive: true })
  writeFileSync(path.join(configDirectory, 'validation_criteria.yaml'), 'reliability: { enforcement_s: 4 }')
  writeFileSync(path.join(configDirectory, 'api_config.yaml'), api)
  return configDirectory
}

/** A detour of those accounts' requests that have the route. */
function spoiling(name: string, work: string): string {
  return daemonWithDetour({ folder, name, work })
}

describe.concurrent('execution', () => {
  test('the daemon of this checkout closes, reduces and cancels, and looks after an unanswered close', async () => {
    const { verdict, evidence, measures } = await askCheck(enforcementCheck, runContext(), path.join(folder, 'sound'))
    expect([verdict, evidence]).toEqual([
      'passed',
      "4 breaches on as many accounts: 4 enforced once and proved on the exchange's ledger.",
    ])
    expect(measures.map(({ name }) => name)).toEqual(['proof of an enforcement', 'proof after a spoilt answer'])
  })
})

describe.concurrent('planted: execution', () => {
  test('a build that loses a cancel, reduces twice, and closes with too large an order', async () => {
    const daemon = spoiling(
      'spoils-commands',
      `const { accountId, contractId } = body === '' ? {} : JSON.parse(body)
       if (route === 'closeContract' && accountId === ${stagedId(0)})
         return forward('/api/Order/place', JSON.stringify({ accountId, contractId, type: 2, side: 0, size: 3 }))
       if (route === 'partialCloseContract') await forward()
       return route === 'cancel' ? done : forward()`,
    )
    const context = runContext({ configDirectory: configWith('spoils', ''), programs: { ...PROGRAMS, daemon } })
    const { verdict, findings } = await askCheck(enforcementCheck, context, path.join(folder, 'spoils'))
    expect(verdict).toBe('failed')
    const said = findings.map(({ place, what }) => `${place}: ${what}`)
    expect(said).toContain('a position is closed: a request of ours led from -2 to 1')
    expect(said).toContain('a position is reduced to its limit: 2 closes took effect where 1 was enough')
    expect(said).toContain('an order for a blocked product is cancelled: 1 working orders are left')
    expect(
      findings.every(({ remedy }) => remedy.includes('Do not deploy this build') || remedy.includes('See what')),
    ).toBe(true)
  })

  test('a build that never moves its stop', async () => {
    const daemon = spoiling('never-moves', `return route === 'modify' ? done : forward()`)
    const context = runContext({ configDirectory: configWith('stops', ''), programs: { ...PROGRAMS, daemon } })
    const result = await askCheck(managedStopCheck, context, path.join(folder, 'c'))
    expect(errorsOf(result)).toEqual(['managed-stop: a stop at break-even did not come within 4 s'])
  })

  test('a rate budget without a reserve', async () => {
    const configDirectory = configWith('no-reserve', 'rate_limit: { reserved_for_enforcement: 1 }')
    const result = await askCheck(rateBudgetCheck, runContext({ configDirectory }), path.join(folder, 'd'))
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^api_config.yaml rate_limit.reserved_for_enforcement: with 1 of 200 requests reserved, \d+ of 10 accounts were not closed in time$/,
      ),
    ])
    expect(result.findings[0]?.remedy).toContain('Write 60')
  })

  test('a circuit breaker that never opens', async () => {
    const configDirectory = configWith('no-breaker', 'circuit_breaker: { failures: 100 }')
    const result = await askCheck(readBreakerCheck, runContext({ configDirectory }), path.join(folder, 'e'))
    expect(errorsOf(result)[0]).toMatch(
      /^api_config.yaml circuit_breaker: \d+ reads failed within 4.5 s, and they paused/,
    )
  })
})
