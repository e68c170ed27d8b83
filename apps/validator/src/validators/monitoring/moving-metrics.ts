import type { Finding } from '../../report/validation-report.ts'
import { DAEMON_METRICS } from './daemon-metrics.ts'
import type { MetricsPage } from './metrics-page.ts'

/** Compares what was scraped before a breach with what was scraped after it. */
export function metricFindings(before: MetricsPage, after: MetricsPage): readonly Finding[] {
  return DAEMON_METRICS.flatMap(({ name, kind, growsWithBreach }): readonly Finding[] => {
    if (!after.names.has(name)) return [finding(name, 'it is documented, and a scrape of the daemon does not have it')]
    if (!growsWithBreach) return []
    const sample = kind === 'histogram' ? `${name}_count` : name
    const [was, is] = [before.sums.get(sample) ?? 0, after.sums.get(sample) ?? 0]
    return is > was ? [] : [finding(name, `it stood at ${is} before and after a breach that was undone`)]
  })
}

function finding(name: string, what: string): Finding {
  const remedy = 'Deploy a build that counts it: dashboards and alert rules that ask for it would stay silent for ever.'
  return { severity: 'error', place: `/metrics ${name}`, what, remedy }
}
