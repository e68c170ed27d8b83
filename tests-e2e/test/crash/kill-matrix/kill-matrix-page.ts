import { CRASH_POINTS, type CrashPoint } from '../../../faulty-daemon/fault.ts'
import { KILL_ACTIONS, type KillActionName } from './kill-actions.ts'
import { type KillCell, OUTCOMES, POINT_TEXTS, POINTS_ELSEWHERE, whyNot } from './kill-cells.ts'

/** A cell that was played. */
export interface PlayedCell extends KillCell {
  /** From the second start until the venue was as it has to be; `null` when the cell went wrong. */
  readonly tookMs: number | null
}

const ACTIONS = Object.keys(KILL_ACTIONS) as KillActionName[]

/** docs/kill-matrix.md. */
export function killMatrixPage(played: readonly PlayedCell[]): string {
  const right = played.filter(({ tookMs }) => tookMs !== null)
  const senseless = CRASH_POINTS.flatMap((point) =>
    ACTIONS.filter((action) => whyNot({ point, action, outcome: 'accepted' }) !== null),
  )
  const outcomes = Object.keys(OUTCOMES)
  const count = played.length + senseless.length * outcomes.length
  return `# Kill matrix

The daemon kills itself (SIGKILL) at every point of the way of every action, with every outcome of the request at the
gateway. A second run then takes over. The cell is right when the simulator's ledger shows one enforcement: no second
close, no flip, no order twice; and when the store has one breach with one end (reached or moot), no request under way,
an unbroken audit trail, and no lockout that ended early.

**${count} cells: ${right.length} right, ${played.length - right.length} wrong, ${senseless.length * outcomes.length} make no sense (with the reason).**

Each cell below stands for the outcomes ${outcomes.map((outcome) => `*${outcome}*`).join(', ')}: how
many were right, and the longest time from the second start until the ledger was right.

${table(['Point', 'The process dies when', ...ACTIONS], rows(played))}

${Object.entries(POINTS_ELSEWHERE)
  .map(([point, why]) => `${point} has no cells: ${why}.`)
  .join('\n')}

This page is made by \`npm run -s kill-matrix\`, which plays every cell. The gate plays some of them, so that each point, action and outcome occurs.
The points are those of \`tests-e2e/faulty-daemon\`: a test build of the daemon with its ports wrapped; the product has no
hooks for it.
`
}

function rows(played: readonly PlayedCell[]): readonly (readonly string[])[] {
  return CRASH_POINTS.map((point) => [
    point,
    POINT_TEXTS[point],
    ...ACTIONS.map((action) => cell(point, action, played)),
  ])
}

function cell(point: CrashPoint, action: KillActionName, played: readonly PlayedCell[]): string {
  const reason = whyNot({ point, action, outcome: 'accepted' })
  if (reason !== null) return reason
  const mine = played.filter((one) => one.point === point && one.action === action)
  const times = mine.map(({ tookMs }) => tookMs).filter((ms) => ms !== null)
  const seconds = (Math.max(...times) / 1_000).toFixed(1)
  const share = `${times.length} of ${mine.length}`
  return times.length === mine.length ? `${share}, ${seconds} s` : `**${share}**`
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  return [line(head), `|${'---|'.repeat(head.length)}`, ...body.map(line)].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
