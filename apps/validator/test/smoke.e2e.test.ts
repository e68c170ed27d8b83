import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { firstEventCheck } from '../src/validators/smoke/first-event-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-smoke-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('the daemon of this checkout is fit', async () => {
  const { verdict, measures, evidence } = await askCheck(firstEventCheck, runContext(), folder)
  expect([verdict, measures.map(({ name }) => name)]).toEqual(['passed', ['first event after the start']])
  expect(evidence).toContain('checkpoints were reached')
})

describe('planted: a smoke test that cannot pass', () => {
  test('a daemon that ends at once', async () => {
    const daemon = path.join(folder, 'broken.mjs')
    writeFileSync(daemon, "throw new Error('this build is broken')")
    const result = await askCheck(firstEventCheck, runContext({ programs: { ...PROGRAMS, daemon } }), folder)
    expect(result.verdict).toBe('failed')
    expect(errorsOf(result)[0]).toContain('this build is broken')
  })

  test('a daemon that never hears the gateway', async () => {
    const daemon = path.join(folder, 'silent.mjs')
    writeFileSync(daemon, 'setInterval(() => {}, 1000)')
    const configDirectory = path.join(folder, 'impatient')
    cpSync(SIMULATOR_CONFIG, configDirectory, { recursive: true })
    writeFileSync(path.join(configDirectory, 'validation_criteria.yaml'), 'reliability: { first_event_s: 1 }')
    const context = runContext({ configDirectory, programs: { ...PROGRAMS, daemon } })
    const result = await askCheck(firstEventCheck, context, folder)
    expect(errorsOf(result)[0]).toMatch(/^start of the daemon: stalled/)
  })

  test('a configuration that is refused', async () => {
    const configDirectory = path.join(folder, 'refused')
    cpSync(SIMULATOR_CONFIG, configDirectory, { recursive: true })
    copyFileSync(path.join(SIMULATOR_CONFIG, 'timers_config.yaml'), path.join(configDirectory, 'risk_config.yaml'))
    const result = await askCheck(firstEventCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)[0]).toMatch(/refused, so nothing can be rehearsed with it: \w+\.yaml:\d+ /)
  })
})
