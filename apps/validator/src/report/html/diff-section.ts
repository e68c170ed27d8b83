import { minuteOf, movementText } from '../diff-text.ts'
import { isSame, type ReportDiff } from '../report-diff.ts'
import { type Html, html, NOTHING } from './html-text.ts'

/** What changed since an earlier report. */
export function diffSection(diff: ReportDiff): Html {
  const { before, verdicts, newFindings, goneFindings, movedMeasures, changedSubject } = diff
  const since = `Compared with the run of ${minuteOf(before.at)}: mode ${before.mode}, ${before.verdict}.`
  const lists = [
    list(
      'Other verdicts',
      verdicts,
      (one) => html`<code>${one.validator}/${one.check}</code>: ${one.before} → ${one.now}`,
    ),
    list('New findings', newFindings, findingItem),
    list('Gone findings', goneFindings, findingItem),
    list('Moved by more than a fifth', movedMeasures, (one) => html`${one.measure}: ${movementText(one)}`),
    list('Others are now', changedSubject, (part) => html`${part}`),
  ]
  const same = isSame(diff) ? html`<p>Nothing that matters differs.</p>` : NOTHING
  return html`<section aria-labelledby="changes">
<h2 id="changes">What changed</h2>
<div class="sheet diff">
<p>${since} ${countOf(diff)}</p>
${same}
${lists}
</div>
</section>`
}

function list<Item>(title: string, items: readonly Item[], itemOf: (item: Item) => Html): Html {
  if (items.length === 0) return NOTHING
  return html`<h3>${title}</h3>
<ul class="changes">${items.map((item) => html`<li>${itemOf(item)}</li>`)}</ul>
`
}

function findingItem({ validator, check, finding }: ReportDiff['newFindings'][number]): Html {
  return html`${finding.severity}, <code>${validator}/${check}</code>: ${finding.place}: ${finding.what}`
}

function countOf({ askedOnlyBefore, askedOnlyNow }: ReportDiff): string {
  if (askedOnlyBefore.length + askedOnlyNow.length === 0) return ''
  return `${askedOnlyNow.length} checks were asked for the first time, ${askedOnlyBefore.length} were not asked this time.`
}
