import { FAULT_KINDS, faultKinds } from '../fault-kinds.ts'
import type { Tally } from '../tally.ts'
import { COMMAND_KINDS, COMMAND_STEPS, isPossible } from './command-moves.ts'
import { CRASH_POINTS } from './crash-points.ts'
import { canHave, ORDER_DEEDS, RULE_CODES, RULE_OUTCOMES } from './rule-outcomes.ts'

/** Wide enough for a million hits. */
const CELL = 10

/**
 * What the days contained of all that they can contain, within 80 columns: `never` is what no day had, `-` what cannot be. A night without a
 * `never` has looked everywhere (reliability 5.2).
 */
export function coverageLines(tally: Tally): readonly string[] {
  const { covered, faults } = tally
  const never = [
    ...faultKinds.filter((kind) => (faults.get(kind) ?? 0) === 0),
    ...possibleEntries().filter((entry) => covered.timesOf(entry) === 0),
  ]
  return [
    'crash points (CP-03 and CP-11 to CP-13 are not simulated)',
    ...Object.entries(CRASH_POINTS).map(
      ([point, tells]) => `${cell(covered.timesOf(point))}  ${point.padEnd(42)}${tells}`,
    ),
    '',
    'steps of commands',
    ...table(
      COMMAND_STEPS,
      COMMAND_KINDS.map((kind) => [short(kind), (step) => (isPossible(kind, step) ? `${kind} ${step}` : null)]),
      tally,
    ),
    '',
    'rules and what became of their findings',
    ...table(
      RULE_CODES,
      RULE_OUTCOMES.map((outcome) => [outcome, (rule) => (canHave(rule, outcome) ? `${rule} ${outcome}` : null)]),
      tally,
    ),
    ...ORDER_DEEDS.map((deed) => `  RULE-012 ${deed.padEnd(22)}${cell(covered.timesOf(`RULE-012 ${deed}`))}`),
    '',
    never.length === 0 ? 'everything was hit' : `never hit: ${never.length}`,
    ...never.map((entry) => `  ${entry}${isFault(entry) ? ` (${FAULT_KINDS[entry].tells})` : ''}`),
  ]
}

/** The same as numbers, by entry. */
export function coverageNumbers({ covered }: Tally): Readonly<Record<string, number>> {
  return Object.fromEntries(possibleEntries().map((entry) => [entry, covered.timesOf(entry)]))
}

function possibleEntries(): readonly string[] {
  return [
    ...Object.keys(CRASH_POINTS),
    ...COMMAND_KINDS.flatMap((kind) =>
      COMMAND_STEPS.filter((step) => isPossible(kind, step)).map((step) => `${kind} ${step}`),
    ),
    ...RULE_CODES.flatMap((rule) =>
      RULE_OUTCOMES.filter((outcome) => canHave(rule, outcome)).map((outcome) => `${rule} ${outcome}`),
    ),
    ...ORDER_DEEDS.map((deed) => `RULE-012 ${deed}`),
  ]
}

type Column<Row> = readonly [title: string, entryOf: (row: Row) => string | null]

function table<Row extends string>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { covered }: Tally,
): readonly string[] {
  const first = 2 + Math.max(...rows.map((row) => row.length))
  const head = `${''.padEnd(first)}${columns.map(([title]) => title.padStart(CELL)).join('')}`
  const cellOf = (entry: string | null): string => (entry === null ? '-'.padStart(CELL) : cell(covered.timesOf(entry)))
  return [
    head,
    ...rows.map((row) => `  ${row.padEnd(first - 2)}${columns.map(([, entryOf]) => cellOf(entryOf(row))).join('')}`),
  ]
}

function cell(times: number): string {
  return (times === 0 ? 'never' : times.toLocaleString('en-US').replaceAll(',', ' ')).padStart(CELL)
}

function short(kind: string): string {
  return kind.split('-')[0] ?? kind
}

function isFault(entry: string): entry is keyof typeof FAULT_KINDS {
  return entry in FAULT_KINDS
}
