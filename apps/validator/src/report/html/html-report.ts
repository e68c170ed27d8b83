import { countedChecks, countedFindings, type PlacedFinding, worstFirst } from '../finding-order.ts'
import type { ReportDiff } from '../report-diff.ts'
import { boundText, durationText, numberText, VERDICT_SENTENCES } from '../report-words.ts'
import type { CheckResult, Measure, ValidationReport, ValidationResult } from '../validation-report.ts'
import { bulletBar } from './bullet-bar.ts'
import { diffSection } from './diff-section.ts'
import { Html, html, NOTHING } from './html-text.ts'
import { PAGE_STYLE } from './page-style.ts'
import { seriesChart } from './series-chart.ts'

/**
 * The run as one page that needs nothing else: no script, no font, no request; its policy forbids them. What is wrong comes first, then every check
 * with what was looked at.
 *
 * @param diff - what changed since an earlier run; `null`: there is none to compare with
 */
export function htmlReport(report: ValidationReport, diff: ReportDiff | null): string {
  const { mode, target, at } = report
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>${VERDICT_WORDS[report.verdict]}: validation of ${momentOf(at)}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>Risk Manager validation, mode ${mode}, target ${target}</h1>
${verdictBanner(report)}
${facts(report)}
</header>
${findingsSection(report)}
${diff === null ? NOTHING : diffSection(diff)}
${overview(report)}
<section aria-labelledby="checks">
<h2 id="checks">Every check</h2>
${report.validators.map(validatorSection)}
</section>
<footer><p>Begun ${momentOf(at)}, by the clock of ${report.subject.machine.host}. The same run stands in report.json.</p></footer>
</main>
</body>
</html>
`.toString()
}

const VERDICT_WORDS = { passed: 'FIT', warned: 'FIT with warnings', failed: 'NOT FIT', stalled: 'NOT KNOWN' } as const
const TONES = { passed: 'good', warned: 'warn', failed: 'bad', stalled: 'bad', 'not applicable': 'idle' } as const
const MARKS = { passed: '✓', warned: '!', failed: '✗', stalled: '✗', 'not applicable': '–' } as const
const SEVERITY_TONES = { error: 'bad', warning: 'warn', notice: 'idle' } as const

function badge(verdict: CheckResult['verdict']): Html {
  return html`<span class="badge ${TONES[verdict]}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>`
}

function verdictBanner({ verdict, validators, durationMs, exitCode }: ValidationReport): Html {
  const checks = validators.flatMap((validator) => validator.checks)
  const found = countedFindings(checks.flatMap(({ findings }) => findings))
  return html`<div class="sheet verdict ${TONES[verdict]}">
<p class="word">${VERDICT_SENTENCES[verdict]}</p>
<p class="counts">${countedChecks(checks)} checks answered well; found: ${found}. ${durationText(durationMs)}, exit code ${exitCode}.</p>
</div>`
}

function facts({ at, mode, target, subject }: ValidationReport): Html {
  const { machine } = subject
  const pairs: readonly (readonly [string, Html])[] = [
    ['When', html`<time datetime="${at}">${momentOf(at)}</time>`],
    ['Mode and target', html`${mode}, ${target}`],
    ['Machine', html`${machine.host}: ${machine.platform}, ${machine.architecture}, Node ${machine.node}`],
    ['Build', digest(subject.build, 'not built')],
    ['Configuration', digest(subject.configuration, 'refused')],
    ['Criteria', digest(subject.criteria, 'unknown')],
  ]
  return html`<dl class="facts sheet">${pairs.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>`
}

function digest(sha256: string | null, without: string): Html {
  return sha256 === null ? html`${without}` : html`<span class="digest" title="SHA-256">${sha256.slice(0, 16)}…</span>`
}

function findingsSection(report: ValidationReport): Html {
  const found = worstFirst(report)
  return html`<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
${
  found.length === 0
    ? html`<p>Nothing was found that is not as it should be.</p>`
    : html`<ul class="findings">
${found.map((one) => findingItem(one, sourceOf(one)))}</ul>`
}
</section>`
}

function sourceOf({ validator, check }: PlacedFinding): Html {
  return html`<a href="#${anchorOf(validator, check)}">${validator.title}: ${check.title}</a>`
}

function findingItem({ finding }: Pick<PlacedFinding, 'finding'>, source: Html): Html {
  const { severity, place, what, remedy } = finding
  return html`<li class="finding ${SEVERITY_TONES[severity]}">
<p class="source"><span class="badge ${SEVERITY_TONES[severity]}">${severity}</span> ${source}</p>
<p class="place">${place}</p>
<p>${what}</p>
<p class="remedy"><strong>What to do:</strong> ${remedy}</p>
</li>
`
}

function overview({ validators }: ValidationReport): Html {
  return html`<section aria-labelledby="validators">
<h2 id="validators">Validators</h2>
<div class="sheet wide">
<table>
<caption>How many of the checks that make sense here were answered well, and what was found.</caption>
<thead><tr><th scope="col">Validator</th><th scope="col">Verdict</th><th scope="col" class="number">Checks</th><th scope="col">Found</th><th scope="col" class="number">Time</th></tr></thead>
<tbody>
${validators.map(overviewRow)}</tbody>
</table>
</div>
</section>`
}

function overviewRow(validator: ValidationResult): Html {
  const { id, title, verdict, checks, durationMs } = validator
  return html`<tr><th scope="row"><a href="#${id}">${title}</a></th><td>${badge(verdict)}</td><td class="number">${countedChecks(checks)}</td><td>${countedFindings(checks.flatMap(({ findings }) => findings))}</td><td class="number">${durationText(durationMs)}</td></tr>
`
}

function validatorSection(validator: ValidationResult): Html {
  const { id, title, verdict, checks, durationMs } = validator
  return html`<section class="sheet validator" id="${id}" aria-labelledby="${id}-title">
<header><h3 id="${id}-title">${title}</h3>${badge(verdict)}<span class="time">${durationText(durationMs)}</span></header>
${checks.map((check) => checkArticle(validator, check))}
</section>
`
}

function checkArticle(validator: ValidationResult, check: CheckResult): Html {
  const { title, verdict, evidence, findings, measures, durationMs } = check
  const list = html`<ul class="findings">
${findings.map((finding) => findingItem({ finding }, NOTHING))}</ul>`
  return html`<article class="check" id="${anchorOf(validator, check)}">
<header>${badge(verdict)}<h4>${title}</h4><span class="time">${durationText(durationMs)}</span></header>
<p class="evidence">${evidence}</p>
${findings.length === 0 ? NOTHING : list}
${measures.length === 0 ? NOTHING : measuresTable(title, measures)}
${measures.filter(({ series }) => series.length > 1).map(seriesChart)}
</article>
`
}

function measuresTable(title: string, measures: readonly Measure[]): Html {
  return html`<div class="wide"><table>
<caption>Measured: ${title}</caption>
<thead><tr><th scope="col">Measure</th><th scope="col" class="number">Value</th><th scope="col">Allowed</th><th scope="col">Against its bound</th></tr></thead>
<tbody>
${measures.map(measureRow)}</tbody>
</table></div>`
}

function measureRow(measure: Measure): Html {
  const { name, value, unit, bound } = measure
  return html`<tr><th scope="row">${name}</th><td class="number">${numberText(value)} ${unit}</td><td>${boundText(measure) ?? 'no bound'}</td><td>${bound === null ? NOTHING : bulletBar({ ...measure, bound })}</td></tr>
`
}

function anchorOf({ id }: ValidationResult, check: CheckResult): string {
  return `${id}-${check.id}`
}

function momentOf(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
}
