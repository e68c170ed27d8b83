import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Finding } from '../../report/validation-report.ts'
import { type QueriesLookedAt, queryFindings } from './dashboard-findings.ts'

const PROMETHEUS_FILE = 'prometheus.yaml'

const Prometheus = z.looseObject({
  rule_files: z.array(z.string()).default([]),
  scrape_configs: z
    .array(
      z.looseObject({
        job_name: z.string(),
        static_configs: z.array(z.looseObject({ targets: z.array(z.string()) })).default([]),
      }),
    )
    .min(1),
})
type Prometheus = z.output<typeof Prometheus>

const Rules = z.looseObject({
  groups: z
    .array(
      z.looseObject({
        name: z.string(),
        rules: z
          .array(z.looseObject({ alert: z.string().optional(), record: z.string().optional(), expr: z.string() }))
          .min(1),
      }),
    )
    .min(1),
})

/** Figures that Prometheus makes of each target by itself. */
const OWN_FIGURES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'ALERTS'] as const

export interface RulesLookedAt extends QueriesLookedAt {
  /** Whether Prometheus' own tool looked as well. */
  readonly promtool: 'agreed' | 'refused' | 'not installed'
}

/**
 * Whether Prometheus could load its configuration and its alert rules, and whether each rule could ever give an alert.
 *
 * @param known - names of what the daemon's scrape has
 * @param monitoringPort - where the daemon is scraped; `null`: it has no port for that
 */
export function alertRulesFindings(
  folder: string,
  known: ReadonlySet<string>,
  monitoringPort: number | null,
): RulesLookedAt {
  const file = path.join(folder, PROMETHEUS_FILE)
  const read = readYaml(file, Prometheus)
  if ('findings' in read) return { count: 0, findings: read.findings, promtool: 'not installed' }
  const figures = new Set([...known, ...OWN_FIGURES])
  const looked = read.content.rule_files.map((name) => rulesOf(path.resolve(folder, name), figures))
  const tool = askPromtool(file)
  return {
    count: looked.reduce((sum, { count }) => sum + count, 0),
    findings: [
      ...targetFindings(file, read.content, monitoringPort),
      ...looked.flatMap(({ findings }) => findings),
      ...tool.findings,
    ],
    promtool: tool.verdict,
  }
}

function rulesOf(file: string, figures: ReadonlySet<string>): QueriesLookedAt {
  const read = readYaml(file, Rules)
  if ('findings' in read) return { count: 0, findings: read.findings }
  const rules = read.content.groups.flatMap((group) => group.rules)
  const recorded = rules.flatMap(({ record }) => record ?? [])
  const known = new Set([...figures, ...recorded])
  const findings = rules.flatMap(({ alert, record, expr }) =>
    queryFindings(`${file}, ${alert ?? record ?? 'rule without a name'}`, expr, known),
  )
  return { count: rules.length, findings }
}

function targetFindings(file: string, { scrape_configs: jobs }: Prometheus, port: number | null): readonly Finding[] {
  if (port === null) return []
  const targets = jobs.flatMap(({ static_configs: configs }) => configs.flatMap((config) => config.targets))
  if (targets.some((target) => target.endsWith(`:${port}`))) return []
  const what = `it scrapes ${targets.join(', ')}, and the daemon is at port ${port}`
  return [{ severity: 'error', place: file, what, remedy: `Write 127.0.0.1:${port} as the target.` }]
}

const REMEDY = 'Put the shipped file of config/monitoring back, or mend it.'

function readYaml<Content>(
  file: string,
  schema: z.ZodType<Content>,
): { readonly content: Content } | { readonly findings: readonly Finding[] } {
  try {
    const parsed = schema.safeParse(parse(readFileSync(file, 'utf8')))
    if (parsed.success) return { content: parsed.data }
    const findings = parsed.error.issues.map(({ path: keys, message }) => ({
      severity: 'error' as const,
      place: `${file} ${keys.join('.')}`,
      what: `Prometheus could not load it: ${message}`,
      remedy: REMEDY,
    }))
    return { findings }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return { findings: [{ severity: 'error', place: file, what, remedy: REMEDY }] }
  }
}

const PROMTOOL_MS = 5_000

function askPromtool(file: string): {
  readonly verdict: RulesLookedAt['promtool']
  readonly findings: readonly Finding[]
} {
  try {
    execFileSync('promtool', ['check', 'config', file], { stdio: 'pipe', timeout: PROMTOOL_MS })
    return { verdict: 'agreed', findings: [] }
  } catch (error) {
    const { code, stderr } = Failure.parse(error)
    if (code === 'ENOENT' || !existsSync(file)) return { verdict: 'not installed', findings: [] }
    const what = `promtool refuses it: ${stderr?.toString('utf8').trim() ?? 'it says nothing'}`
    return { verdict: 'refused', findings: [{ severity: 'error', place: file, what, remedy: REMEDY }] }
  }
}

const Failure = z.looseObject({ code: z.string().optional(), stderr: z.instanceof(Buffer).nullish() })
