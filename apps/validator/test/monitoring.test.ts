import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { freePort } from '../src/rehearsal/free-port.ts'
import { HttpSink } from '../src/sinks/http-sink.ts'
import { alertRulesFindings } from '../src/validators/monitoring/alert-rules-findings.ts'
import { callingAddressesCheck } from '../src/validators/monitoring/calling-addresses-check.ts'
import { DAEMON_METRICS } from '../src/validators/monitoring/daemon-metrics.ts'
import { DASHBOARD_FILE, dashboardFindings } from '../src/validators/monitoring/dashboard-findings.ts'
import { logFolderCheck } from '../src/validators/monitoring/log-folder-check.ts'
import { type MetricsPage, readMetricsPage } from '../src/validators/monitoring/metrics-page.ts'
import { metricFindings } from '../src/validators/monitoring/moving-metrics.ts'
import { readPromql } from '../src/validators/monitoring/promql-query.ts'
import { changedConfig } from './changed-config.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

const SHIPPED = path.join(ROOT, 'config/monitoring')
const LOGIN = { PROJECTX_USERNAME: 'practice', PROJECTX_API_KEY: 'practice-key' }

/** A scrape that has every documented figure, histograms with their parts. */
const SCRAPE = readMetricsPage(
  DAEMON_METRICS.map(
    ({ name, kind }) => `# TYPE ${name} ${kind}\n${kind === 'histogram' ? `${name}_count` : name} 1\n`,
  ).join(''),
)

function pageOf(names: readonly string[]): MetricsPage {
  return readMetricsPage(names.map((name) => `# TYPE ${name} counter\n${name} 3\n`).join(''))
}

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-monitoring-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Asks on a copy of the practice day whose notifications or heartbeat are these. */
function askOfCalls(name: string, section: string, settings: object, environment: Readonly<Record<string, string>>) {
  const configDirectory = changedConfig(SIMULATOR_CONFIG, path.join(folder, name), [
    ['risk_config.yaml', ['general', section], settings],
  ])
  return askCheck(
    callingAddressesCheck,
    runContext({ configDirectory, environment: { ...LOGIN, ...environment } }),
    folder,
  )
}

/** The shipped files of Prometheus and Grafana with one text in place of another. */
function changedMonitoring(name: string, file: string, from: string, to: string): string {
  const copy = path.join(folder, name)
  cpSync(SHIPPED, copy, { recursive: true })
  const text = readFileSync(path.join(copy, file), 'utf8')
  expect(text).toContain(from)
  writeFileSync(path.join(copy, file), text.replaceAll(from, to))
  return copy
}

describe('what is shipped', () => {
  test('has a dashboard whose every query finds a figure of the daemon', () => {
    expect(dashboardFindings(SHIPPED, SCRAPE.names)).toEqual({ count: 12, findings: [] })
  })

  test('has alert rules that Prometheus could load and that may fire', () => {
    const { count, findings } = alertRulesFindings(SHIPPED, SCRAPE.names, 9464)
    expect([count, findings]).toEqual([8, []])
  })

  test('names every figure in the handbook of operators, and no other', () => {
    const page = readFileSync(path.join(ROOT, 'docs/operating.md'), 'utf8')
    const documented = [...page.matchAll(/^\| `((?:risk_manager|process|nodejs)_\w+)` \|/gm)].map(([, name]) => name)
    expect(new Set(documented)).toEqual(new Set(DAEMON_METRICS.map(({ name }) => name)))
  })

  test('calls nobody on the practice day, which is told and fails nothing', async () => {
    const { verdict, findings } = await askCheck(callingAddressesCheck, runContext(), folder)
    expect([verdict, findings.map(({ severity, place }) => `${severity} ${place}`)]).toEqual([
      'passed',
      ['notice general.notifications', 'notice general.heartbeat'],
    ])
  })
})

test('a query is read as Prometheus reads it, with the variables of Grafana in it', () => {
  const { isValid, metrics } = readPromql('sum by (le) (rate(a_bucket[$__rate_interval])) / on() absent(b{c="$d"})')
  expect([isValid, [...metrics]]).toEqual([true, ['a_bucket', 'b']])
  expect(readPromql('rate(a[5m').isValid).toBe(false)
})

test('a channel whose receiver is there passes', async () => {
  await using sink = await HttpSink.open()
  const settings = { webhook: { enabled: true, url: '${HOOK}' } }
  const result = await askOfCalls('reached', 'notifications', settings, { HOOK: `${sink.url}/hook` })
  expect([errorsOf(result), result.evidence]).toEqual([[], '1 addresses are configured, 1 were connected to.'])
})

test('an address on another machine is not called in a rehearsal', async () => {
  const settings = { slack: { enabled: true, webhook_url: '${HOOK}' } }
  const { evidence } = await askOfCalls('elsewhere', 'notifications', settings, { HOOK: 'https://hooks.invalid/T0' })
  expect(evidence).toBe(
    '1 addresses are configured, 0 were connected to. 1 on other machines: they are tried with --target gateway.',
  )
})

describe('planted: nobody would hear of it', () => {
  test('a channel whose variable is not set', async () => {
    const settings = { webhook: { enabled: true, url: '${HOOK}' } }
    const errors = errorsOf(await askOfCalls('unset', 'notifications', settings, {}))
    expect(errors.join('\n')).toMatch(/risk_config\.yaml:\d+ general\.notifications\.webhook\.url: .*variable HOOK/)
  })

  test('a channel whose address refuses', async () => {
    const address = `http://127.0.0.1:${await freePort()}/secret-path`
    const settings = { webhook: { enabled: true, url: '${HOOK}' } }
    const errors = errorsOf(await askOfCalls('refusing', 'notifications', settings, { HOOK: address }))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(
      /^general\.notifications\.webhook\.url: 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/,
    )
    expect(errors[0]).not.toContain('secret-path')
  })

  test('a heartbeat whose receiver is dead', async () => {
    const address = `http://127.0.0.1:${await freePort()}/ping`
    const [error = ''] = errorsOf(await askOfCalls('dead', 'heartbeat', { url: '${PING}' }, { PING: address }))
    expect(error).toMatch(/^general\.heartbeat\.url: .* cannot be reached/)
  })

  test('a dashboard that asks for a figure that is not there', () => {
    const copy = changedMonitoring('asks', DASHBOARD_FILE, 'risk_manager_stream_up', 'risk_manager_streams_up')
    const [finding] = dashboardFindings(copy, SCRAPE.names).findings
    expect(finding?.place).toContain('panel "Streams up"')
    expect(finding?.what).toContain('risk_manager_streams_up')
  })

  test.each([
    ['a bracket is missing', 'sum by (rule) (', 'sum by (rule) ', 'Prometheus cannot read'],
    ['two panels have one id', '"id": 2,', '"id": 1,', 'another panel has the id 1'],
    ['it is no JSON', '"refresh"', 'refresh', 'JSON'],
    ['it has no panels', '"panels"', '"panel"', 'Grafana could not show it'],
  ])('a dashboard of which %s', (name, from, to, what) => {
    const { findings } = dashboardFindings(changedMonitoring(name, DASHBOARD_FILE, from, to), SCRAPE.names)
    expect(findings[0]?.what).toContain(what)
  })

  test('an alert rule that can never fire, and a scrape of another port', () => {
    const copy = changedMonitoring(
      'rule',
      'risk-manager-alerts.yaml',
      'risk_manager_time_trusted',
      'risk_manager_time_ok',
    )
    const places = alertRulesFindings(copy, SCRAPE.names, 9_999).findings.map(({ place }) => place)
    expect(places).toEqual([
      path.join(copy, 'prometheus.yaml'),
      `${path.join(copy, 'risk-manager-alerts.yaml')}, RiskManagerTimeNotTrusted`,
    ])
  })

  test('a figure that is gone, and one that stands still', () => {
    const without = DAEMON_METRICS.map(({ name }) => name).filter((name) => name !== 'risk_manager_requests_left')
    const places = metricFindings(pageOf(without), pageOf(without)).map(({ place }) => place)
    expect(places).toContain('/metrics risk_manager_requests_left')
    expect(places).toContain('/metrics risk_manager_breaches_total')
    expect(places).not.toContain('/metrics risk_manager_time_trusted')
  })

  test('a log folder that cannot be written', async () => {
    const dataDirectory = path.join(folder, 'data')
    mkdirSync(dataDirectory)
    expect((await askCheck(logFolderCheck, runContext({ dataDirectory }), folder)).verdict).toBe('passed')
    writeFileSync(path.join(dataDirectory, 'logs'), 'a file where the folder should be')
    const result = await askCheck(logFolderCheck, runContext({ dataDirectory }), folder)
    expect(errorsOf(result)[0]).toContain('is no folder, so no log can be written')
  })
})
