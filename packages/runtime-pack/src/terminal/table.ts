import Table from 'cli-table3'

/** Columns of text without rules, as wide as what they hold; the last one is cut at spaces so that a line fits the terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP, 0)
  const last = Math.min(widths.at(-1) ?? 0, Math.max(LAST_MIN, width - before))
  const drawn = new Table({
    head: [...head],
    colWidths: [...widths.slice(0, -1).map((one) => one + GAP), last],
    wordWrap: true,
    chars: NO_RULES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push([...row])
  return `${drawn.toString().replaceAll(/ +$/gm, '')}\n`
}

const GAP = 2
const LAST_MIN = 20

const NO_RULES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
