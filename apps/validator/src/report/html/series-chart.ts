import { boundText, numberText } from '../report-words.ts'
import type { Measure } from '../validation-report.ts'
import { type Html, html, NOTHING } from './html-text.ts'
import { niceSteps } from './nice-steps.ts'

const WIDTH = 720
const HEIGHT = 200
const LEFT = 56
const RIGHT = 12
const TOP = 12
const BOTTOM = 26
/** More columns than that cannot be told apart. */
const COLUMNS_MAX = 240
/** Air above the highest of what is shown. */
const HEADROOM = 1.08

/**
 * Readings over their number, oldest first: the line is the median of a column, the band reaches from its least to its most, so that no peak is lost.
 * The bound is a dashed line. The numbers stand below in words.
 */
export function seriesChart(measure: Measure): Html {
  const { name, unit, series, bound } = measure
  const columns = columnsOf(series)
  const highest = Math.max(...columns.map(({ most }) => most), 0)
  // A bound far above every reading would press the line to the ground.
  const shownBound = bound !== null && bound.value <= highest * 4 ? bound.value : null
  const lowest = Math.min(...columns.map(({ least }) => least), 0)
  const top = Math.max(highest, shownBound ?? 0, lowest + Number.EPSILON) * HEADROOM
  const x = (column: number): number =>
    rounded(LEFT + ((WIDTH - LEFT - RIGHT) * column) / Math.max(columns.length - 1, 1))
  const y = (value: number): number =>
    rounded(HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - lowest)) / (top - lowest))
  const middle = columns.map(({ median }, at) => `${x(at)},${y(median)}`).join(' ')
  const upper = columns.map(({ most }, at) => `${x(at)},${y(most)}`)
  const lower = columns.map(({ least }, at) => `${x(at)},${y(least)}`).toReversed()
  const grid = niceSteps(lowest, top).map(
    (step) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(step)}" y2="${y(step)}"/>
<text class="tick" x="${LEFT - 8}" y="${y(step) + 4}" text-anchor="end">${numberText(step)}</text>`,
  )
  const limit =
    shownBound === null
      ? NOTHING
      : html`<line class="bound" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(shownBound)}" y2="${y(shownBound)}"/>
<text class="bound-text" x="${WIDTH - RIGHT}" y="${y(shownBound) - 5}" text-anchor="end">${boundText(measure) ?? ''}</text>`
  return html`<figure>
<figcaption>${name}, ${unit}</figcaption>
<svg class="series" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}: ${sentenceOf(measure)}">
${grid}
<polygon class="band" points="${[...upper, ...lower].join(' ')}"/>
<polyline class="line" points="${middle}"/>
${limit}
<text class="tick" x="${LEFT}" y="${HEIGHT - 8}">1st reading</text>
<text class="tick" x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${ordinal(series.length)}</text>
</svg>
<p class="numbers">${sentenceOf(measure)}</p>
</figure>`
}

/** What the chart shows, for whoever does not see it. */
function sentenceOf({ series, unit }: Measure): string {
  const sorted = series.toSorted((a, b) => a - b)
  const at = (share: number): string => numberText(percentile(sorted, share))
  return `${series.length} readings: least ${at(0)}, median ${at(0.5)}, 99th percentile ${at(0.99)}, most ${at(1)} ${unit}`
}

interface Column {
  readonly least: number
  readonly median: number
  readonly most: number
}

function columnsOf(series: readonly number[]): readonly Column[] {
  const count = Math.min(COLUMNS_MAX, series.length)
  const from = (column: number): number => Math.floor((column * series.length) / count)
  return Array.from({ length: count }, (_, column) => {
    const sorted = series.slice(from(column), from(column + 1)).toSorted((a, b) => a - b)
    return { least: percentile(sorted, 0), median: percentile(sorted, 0.5), most: percentile(sorted, 1) }
  })
}

/** The smallest value that at least that share of all does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0
}

function ordinal(count: number): string {
  const tens = count % 100
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
