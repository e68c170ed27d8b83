import path from 'node:path'
import type { ChannelName } from '@rm/config'
import { HEALTH_PATH, METRICS_PATH, READY_PATH } from '@rm/control-api'
import { awaitCondition, type Patience } from '../../rehearsal/await-condition.ts'
import type { Finding } from '../../report/validation-report.ts'
import { AlertSinks } from '../../sinks/alert-sinks.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { alertRulesFindings } from './alert-rules-findings.ts'
import { dashboardFindings } from './dashboard-findings.ts'
import { DAEMON_METRICS } from './daemon-metrics.ts'
import { type MetricsPage, readMetricsPage } from './metrics-page.ts'
import { metricFindings } from './moving-metrics.ts'
import { provokeBreach, startWatched, type WatchedRehearsal } from './watched-rehearsal.ts'
import { logFindings } from './written-logs.ts'

/** Provokes a breach, and looks whether everything by which people would learn of it tells it. */
export const watchedDaemonCheck: Check = {
  id: 'watched-daemon',
  title: 'A breach shows in metrics, dashboards, alerts, heartbeat and logs',
  from: 'quick',
  limitMs: 90_000,
  async run(context) {
    const sinks = context.resources.use(await AlertSinks.open())
    const watched = await startWatched(context, sinks)
    const { daemon, monitoringPort, logFolder, rehearsal } = watched
    const patience = { withinMs: context.criteria.reliability.enforcementMs, signal: context.signal }
    const pages = await pageFindings(watched, patience)
    const before = await scrape(monitoringPort)
    context.tell('a breach is provoked')
    const rule = await provokeBreach(watched, context)
    if (rule === null) return answer('The breach was not undone.', [...pages, notEnforced(daemon.lastWords())])
    const [routes, heartbeat] = await Promise.all([
      routeFindings(watched, rule, patience),
      heartbeatFindings(watched, patience),
    ])
    const after = await scrape(monitoringPort)
    const folder = path.join(context.subject.repository, 'config/monitoring')
    const dashboard = dashboardFindings(folder, after.names)
    const rules = alertRulesFindings(folder, after.names, configuredPort(context))
    const evidence = [
      `${DAEMON_METRICS.length} documented figures were scraped twice at 127.0.0.1:${monitoringPort}`,
      `${dashboard.count} queries of the dashboard and ${rules.count} alert rules were read against them (promtool: ${rules.promtool})`,
      `the breach of ${rule} arrived by ${watched.channels.join(', ')}`,
      `${sinks.heartbeats.length} heartbeats came, and the full log was put aside`,
    ]
    return answer(`${evidence.join('; ')}.`, [
      ...pages,
      ...metricFindings(before, after),
      ...dashboard.findings,
      ...rules.findings,
      ...routes,
      ...heartbeat,
      ...logFindings(logFolder, rehearsal.config.general.logging),
    ])
  },
}

async function scrape(port: number): Promise<MetricsPage> {
  const page = await fetch(`http://127.0.0.1:${port}${METRICS_PATH}`)
  return readMetricsPage(await page.text())
}

/** `/healthz` has to answer at once, `/readyz` as soon as every account is judged. */
async function pageFindings({ monitoringPort }: WatchedRehearsal, patience: Patience): Promise<readonly Finding[]> {
  const address = `http://127.0.0.1:${monitoringPort}`
  const remedy = 'Look at the words of the accounts: a service manager or Prometheus would take the daemon for dead.'
  const findings: Finding[] = []
  const statusOf = async (page: string): Promise<number> => (await fetch(`${address}${page}`)).status
  const health = await statusOf(HEALTH_PATH)
  if (health !== 200) findings.push({ severity: 'error', place: HEALTH_PATH, what: `it answered ${health}`, remedy })
  const isReady = async (): Promise<boolean> => (await statusOf(READY_PATH)) === 200
  const ready = await awaitCondition(READY_PATH, isReady, patience).catch(() => false)
  if (!ready) {
    const what = await (await fetch(`${address}${READY_PATH}`)).text()
    findings.push({
      severity: 'error',
      place: READY_PATH,
      what: `not ready: ${what.trim().replaceAll('\n', ', ')}`,
      remedy,
    })
  }
  return findings
}

function notEnforced(lastWords: string): Finding {
  const what = `one contract above the limit was not undone: ${lastWords}`
  const remedy = 'Run the validator risk-engine: as long as nothing is enforced, nothing can be told.'
  return { severity: 'error', place: 'the rehearsed daemon', what, remedy }
}

async function routeFindings(
  { channels, sinks }: WatchedRehearsal,
  rule: string,
  patience: Patience,
): Promise<readonly Finding[]> {
  const late = await Promise.all(
    channels.map(async (name) => {
      const has = (): boolean => sinks.receivedBy(name).some((text) => text.includes(rule))
      const arrived = await awaitCondition(`the alert by ${name}`, has, patience).catch(() => false)
      return arrived ? null : name
    }),
  )
  return late.filter((name) => name !== null).map((name) => notDelivered(name, patience.withinMs))
}

function notDelivered(name: ChannelName, withinMs: number): Finding {
  const what = `a breach did not arrive by it within ${withinMs / 1_000} s, although its receiver takes everything`
  const remedy = `Try "risk-manager alerts test", and deploy a build whose ${name} channel delivers.`
  return { severity: 'error', place: `general.notifications.${name}`, what, remedy }
}

async function heartbeatFindings(
  { sinks, rehearsal }: WatchedRehearsal,
  patience: Patience,
): Promise<readonly Finding[]> {
  const place = 'general.heartbeat'
  const remedy = 'Deploy a build whose heartbeat leaves: without it nobody is called when the machine is gone.'
  const came = await awaitCondition('a heartbeat', () => sinks.heartbeats.length > 0, patience).catch(() => false)
  if (!came) return [{ severity: 'error', place, what: 'none arrived, although its receiver takes everything', remedy }]
  const count = rehearsal.accounts.length
  if (sinks.heartbeats.some((body) => accountsIn(body) === count)) return []
  return [{ severity: 'error', place, what: `it does not name the ${count} accounts that are watched`, remedy }]
}

function accountsIn(body: string): number {
  return [...body.matchAll(/"armed":(true|false)/g)].length
}

function configuredPort({ config }: CheckContext): number | null {
  return config.ok ? config.general.control.monitoringPort : null
}
