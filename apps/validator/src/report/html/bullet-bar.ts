import { boundText, isWithin, numberText } from '../report-words.ts'
import type { Measure } from '../validation-report.ts'
import { type Html, html } from './html-text.ts'

const WIDTH = 220
const HEIGHT = 18
/** How much further the scale goes than the larger of value and bound. */
const HEADROOM = 1.2

/** A value as a bar against the line of its bound; what is allowed is shaded. What it shows stands beside it in words. */
export function bulletBar(measure: Measure & { readonly bound: NonNullable<Measure['bound']> }): Html {
  const { value, bound, name, unit } = measure
  const scale = Math.max(value, bound.value, Number.MIN_VALUE) * HEADROOM
  const at = (amount: number): number => Math.round((Math.max(amount, 0) / scale) * WIDTH * 10) / 10
  const line = at(bound.value)
  const [from, width] = bound.kind === 'at most' ? [0, line] : [line, WIDTH - line]
  const verdict = isWithin(measure) ? 'good' : 'bad'
  const words = `${name}: ${numberText(value)} ${unit}, allowed ${boundText(measure) ?? ''}`
  return html`<svg class="bullet" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${words}">
<rect class="scale" width="${WIDTH}" height="${HEIGHT}" rx="3"/>
<rect class="allowed" x="${from}" width="${width}" height="${HEIGHT}" rx="3"/>
<rect class="value ${verdict}" y="5" width="${Math.max(at(value), 2)}" height="8" rx="2"/>
<line class="bound" x1="${line}" x2="${line}" y1="1" y2="${HEIGHT - 1}"/>
</svg>`
}
