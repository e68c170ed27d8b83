import { countedChecks, countedFindings, type PlacedFinding, worstFirst } from '../report/finding-order.ts'
import type { ReportDiff } from '../report/report-diff.ts'
import { durationText, VERDICT_SENTENCES } from '../report/report-words.ts'
import type { ValidationReport } from '../report/validation-report.ts'

/** The body of an incoming webhook of Slack: `text` stands in the notification, the attachment in the channel. */
export interface SlackMessage {
  readonly text: string
  readonly attachments: readonly { readonly color: string; readonly fallback: string; readonly text: string }[]
}

/** So many findings are told; whoever wants all opens the report. */
const FINDINGS_MAX = 5
/** Slack shows no more of a text. */
const CHARACTERS_MAX = 3_000
const COLORS = { passed: '#2f9e44', warned: '#e0a000', failed: '#c00020', stalled: '#c00020' } as const

/** One message: the verdict, counts, and the worst of what was found. */
export function slackMessage(report: ValidationReport, diff: ReportDiff | null): SlackMessage {
  const { verdict, mode, subject, validators, durationMs } = report
  const text = escaped(`Validation of ${subject.machine.host}: ${VERDICT_SENTENCES[verdict]}`)
  const checks = validators.flatMap((validator) => validator.checks)
  const found = worstFirst(report)
  const counts = `${mode}, ${durationText(durationMs)}: ${countedChecks(checks)} checks answered well; found: ${countedFindings(found.map(({ finding }) => finding))}`
  const more = found.length > FINDINGS_MAX ? [`and ${found.length - FINDINGS_MAX} more`] : []
  const lines = [counts, ...sinceOf(diff), ...found.slice(0, FINDINGS_MAX).map(findingLine), ...more]
  const said = cut(lines.map(escaped).join('\n'))
  return { text, attachments: [{ color: COLORS[verdict], fallback: text, text: said }] }
}

function findingLine({ validator, finding }: PlacedFinding): string {
  return `• ${finding.severity}, ${validator.title}: ${finding.place}: ${finding.what} → ${finding.remedy}`
}

function sinceOf(diff: ReportDiff | null): readonly string[] {
  if (diff === null) return []
  const { before, newFindings, goneFindings } = diff
  return [`since ${before.at.slice(0, 10)} (${before.verdict}): ${newFindings.length} new, ${goneFindings.length} gone`]
}

/** Slack reads these as markup: a finding must not mention a whole channel. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function cut(text: string): string {
  return text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX - 1)}…`
}
