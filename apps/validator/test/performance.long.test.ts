import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { latencyCheck } from '../src/validators/performance/latency-check.ts'
import { throughputCheck } from '../src/validators/performance/throughput-check.ts'
import { daemonWithDetour } from './planted-daemons/detour.ts'
import { daemonThatAlso } from './planted-daemons/wasteful.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-performance-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Bounds that hold on a machine that runs other tests as well, unless the criteria say otherwise. */
function contextWith(name: string, criteria: string, daemon: string = PROGRAMS.daemon) {
  const configDirectory = path.join(folder, name)
  cpSync(SIMULATOR_CONFIG, configDirectory, { recursive: true })
  writeFileSync(path.join(configDirectory, 'validation_criteria.yaml'), `performance: { ${criteria} }`)
  const context = runContext({ configDirectory, programs: { ...PROGRAMS, daemon } })
  return { ...context, mode: 'quick' as const }
}

const PATIENT = 'event_to_decision_p99_ms: 500, event_to_request_p99_ms: 2000, relay_ratio_max: 12'

describe.concurrent('performance', () => {
  test('the daemon of this checkout decides and answers in time', async () => {
    const latency = await askCheck(latencyCheck, contextWith('sound', PATIENT), path.join(folder, 'sound'))
    expect([latency.verdict, errorsOf(latency)]).toEqual(['passed', []])
    expect(latency.measures.map(({ name, series }) => [name, series.length])).toEqual([
      ['event to decision, p99', 8],
      ['event to request, p99', 8],
      ['event to request, median, as a multiple of the bare program', 0],
      ['event to request of the bare program, p99', 8],
    ])
  })
})

describe.concurrent('planted: performance', () => {
  test('a build that waits before each request', async () => {
    const daemon = daemonWithDetour({ folder, name: 'waits', work: 'await pause(120); return forward()' })
    const result = await askCheck(latencyCheck, contextWith('waits', PATIENT, daemon), path.join(folder, 'a'))
    expect(result.verdict).toBe('failed')
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^event to request, median, as a multiple of the bare program: [\d.]+ x; allowed at most 12 x$/,
      ),
    ])
    expect(result.findings[0]?.remedy).toContain('The build is slow, whatever the machine')
  })

  test('a build that keeps its processor and its memory busy', async () => {
    const daemon = daemonThatAlso({
      folder,
      name: 'wasteful',
      work: `const kept = Buffer.alloc(300 * 1024 * 1024, 1)
        const beBusy = () => { const end = performance.now() + 70; while (performance.now() < end) kept[0] += 1 }
        setInterval(beBusy, 100)`,
    })
    const context = contextWith('wasteful', 'quotes_per_second_min: 500, cpu_percent_max: 40', daemon)
    const result = await askCheck(throughputCheck, context, path.join(folder, 'b'))
    expect(errorsOf(result).map((text) => text.replace(/ [\d.]+ /, ' N '))).toEqual([
      'processor time at that rate: N % of a core; allowed at most 40 % of a core',
      'resident memory: N MiB; allowed at most 400 MiB',
    ])
  })

  test('a bound below what any daemon can do', async () => {
    const criteria = 'event_to_decision_p99_ms: 500, event_to_request_p99_ms: 2000, relay_ratio_max: 1'
    const result = await askCheck(latencyCheck, contextWith('too-strict', criteria), path.join(folder, 'c'))
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^event to request, median, as a multiple of the bare program: [\d.]+ x; allowed at most 1 x$/,
      ),
    ])
  })
})
