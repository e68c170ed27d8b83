import { paint, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { isSame, type ReportDiff } from './report-diff.ts'
import { numberText } from './report-words.ts'

/** What changed since an earlier report, for a person at a terminal. */
export function diffText(diff: ReportDiff): string {
  const { before, now, changedSubject } = diff
  const head = paint('bold', `Since ${minuteOf(before.at)} (${before.mode}, ${before.verdict})`)
  const lines = isSame(diff) ? ['  Nothing that matters differs.'] : linesOf(diff)
  const others = changedSubject.length === 0 ? [] : wrapped(`  other now: ${changedSubject.join(', ')}`, WIDTH, 4)
  const mode = before.mode === now.mode ? [] : [`  this time in mode ${now.mode}`]
  return `${[head, ...mode, ...others, ...lines, ...askedOnce(diff)].join('\n')}\n`
}

/** `2026-11-27T14:05:09.000Z` as `2026-11-27 14:05 UTC`. */
export function minuteOf(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
}

/** `12 ms → 30 ms, +150 %`. */
export function movementText({ before, now, unit, percent }: ReportDiff['movedMeasures'][number]): string {
  const moved = percent === null ? '' : `, ${percent > 0 ? '+' : '−'}${numberText(Math.abs(percent))} %`
  return `${numberText(before)} → ${numberText(now)} ${unit}${moved}`
}

function linesOf({ verdicts, newFindings, goneFindings, movedMeasures }: ReportDiff): readonly string[] {
  return [
    ...verdicts.flatMap(({ validator, check, before, now }) => said(`${validator}/${check}: ${before} → ${now}`)),
    ...newFindings.flatMap(({ validator, finding }) =>
      said(`new  ${validator}: ${finding.severity}: ${finding.place}: ${finding.what}`).map((line) =>
        paint(finding.severity === 'error' ? 'red' : 'yellow', line),
      ),
    ),
    ...goneFindings.flatMap(({ validator, finding }) =>
      said(`gone ${validator}: ${finding.severity}: ${finding.place}: ${finding.what}`).map((line) =>
        paint('green', line),
      ),
    ),
    ...movedMeasures.flatMap((moved) => said(`${moved.validator}: ${moved.measure}: ${movementText(moved)}`)),
  ]
}

function said(text: string): readonly string[] {
  return wrapped(`  ${visible(text)}`, WIDTH, 4)
}

function askedOnce({ askedOnlyBefore, askedOnlyNow }: ReportDiff): readonly string[] {
  const told = [
    ...(askedOnlyNow.length === 0 ? [] : [`${askedOnlyNow.length} asked for the first time`]),
    ...(askedOnlyBefore.length === 0 ? [] : [`${askedOnlyBefore.length} not asked this time`]),
  ]
  return told.length === 0 ? [] : [paint('dim', `  Checks: ${told.join(', ')}.`)]
}
