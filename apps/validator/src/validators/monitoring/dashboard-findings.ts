import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Finding } from '../../report/validation-report.ts'
import { readPromql } from './promql-query.ts'

const Panel = z.looseObject({
  id: z.int(),
  title: z.string().min(1),
  type: z.string().min(1),
  gridPos: z.object({ h: z.int().positive(), w: z.int().min(1).max(24), x: z.int().min(0).max(23), y: z.int().min(0) }),
  targets: z.array(z.looseObject({ refId: z.string(), expr: z.string() })).min(1),
})

/** What Grafana needs to import a dashboard and to draw its panels. */
const Dashboard = z.looseObject({
  title: z.string().min(1),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  schemaVersion: z.int().positive(),
  panels: z.array(Panel).min(1),
})
type Dashboard = z.output<typeof Dashboard>

/** How many queries were looked at, and what is wrong with them. */
export interface QueriesLookedAt {
  readonly count: number
  readonly findings: readonly Finding[]
}

export const DASHBOARD_FILE = 'grafana-dashboard.json'

/**
 * Whether Grafana could load the dashboard, and whether each panel would have something to show.
 *
 * @param known - names of what the daemon's scrape has
 */
export function dashboardFindings(folder: string, known: ReadonlySet<string>): QueriesLookedAt {
  const file = path.join(folder, DASHBOARD_FILE)
  const read = readDashboard(file)
  if ('findings' in read) return { count: 0, findings: read.findings }
  const { panels } = read.dashboard
  const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))
  const findings = [
    ...doubledIds(file, read.dashboard),
    ...queries.flatMap(({ title, expr }) => queryFindings(`${file}, panel "${title}"`, expr, known)),
  ]
  return { count: queries.length, findings }
}

/** What is wrong with one query. */
export function queryFindings(place: string, query: string, known: ReadonlySet<string>): readonly Finding[] {
  const { isValid, metrics } = readPromql(query)
  if (!isValid) return [{ severity: 'error', place, what: `Prometheus cannot read: ${query}`, remedy: MEND_QUERY }]
  return [...metrics]
    .filter((name) => !known.has(name))
    .map((name) => ({
      severity: 'error',
      place,
      what: `it asks for ${name}, which the daemon's scrape does not have`,
      remedy: `Name a figure of docs/operating.md instead of ${name}, or remove the query.`,
    }))
}

const MEND_QUERY = 'Mend the query; "promtool" and the query field of Prometheus say where it breaks off.'

function readDashboard(file: string): { readonly dashboard: Dashboard } | { readonly findings: readonly Finding[] } {
  const remedy = 'Put the shipped file of config/monitoring back, or mend it and import it into Grafana once.'
  try {
    const parsed = Dashboard.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return { dashboard: parsed.data }
    const findings = parsed.error.issues.map(({ path: keys, message }) => ({
      severity: 'error' as const,
      place: `${file} ${keys.join('.')}`,
      what: `Grafana could not show it: ${message}`,
      remedy,
    }))
    return { findings }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return { findings: [{ severity: 'error', place: file, what, remedy }] }
  }
}

function doubledIds(file: string, { panels }: Dashboard): readonly Finding[] {
  const doubled = panels.filter(({ id }, index) => panels.findIndex((one) => one.id === id) < index)
  return doubled.map(({ id, title }) => ({
    severity: 'error',
    place: `${file}, panel "${title}"`,
    what: `another panel has the id ${id} as well, and Grafana shows one of them only`,
    remedy: 'Give each panel an id of its own.',
  }))
}
