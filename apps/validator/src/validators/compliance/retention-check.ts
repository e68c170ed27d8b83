import { readCopy } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'

/** Compares what the settings let go of with what has to be kept. */
export const retentionCheck: Check = {
  id: 'retention',
  title: 'The settings keep error logs and figures long enough',
  from: 'quick',
  limitMs: 5_000,
  async run({ subject, criteria: { retention } }) {
    const { logging, control } = readCopy(subject.configDirectory, subject.environment).general
    const findings: Finding[] = []
    if (logging.files.error === null) {
      const what = 'error.log is turned off, so no errors are kept'
      const remedy = 'Remove the setting or set it to true.'
      findings.push({ severity: 'error', place: 'general.logging.files.error.enabled', what, remedy })
    }
    if (logging.retentionDays < retention.errorLogDays) {
      const what = `log files are removed after ${logging.retentionDays} days, and have to be kept for ${retention.errorLogDays}`
      const remedy = `Set it to ${retention.errorLogDays} or more.`
      findings.push({ severity: 'error', place: 'general.logging.retention_days', what, remedy })
    }
    const told = control.monitoringPort === null ? 'are told nobody' : `are told on port ${control.monitoringPort}`
    findings.push({
      severity: 'notice',
      place: 'general.control.monitoring_port',
      what: `the figures of the daemon ${told}, and whoever collects them has to keep them for ${retention.metricsDays} days`,
      remedy: `Start Prometheus with --storage.tsdb.retention.time=${retention.metricsDays}d; its own default is 15 days.`,
    })
    const evidence = `Log files are kept for ${logging.retentionDays} days; of trades, positions, requests, breaches and lockouts nothing is ever removed ("old-records").`
    return answer(evidence, findings)
  },
}
