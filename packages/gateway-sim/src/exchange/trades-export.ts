import { parse } from 'csv-parse/sync'
import { contractByName, type ListedContract } from './contracts.ts'
import { type Money, money } from './money.ts'

/** One closed round trip of a TopstepX trades export. */
export interface RoundTrip {
  /** As text: only unique inside one file. */
  readonly id: string
  readonly contract: ListedContract
  readonly side: 'long' | 'short'
  readonly size: number
  readonly enteredAtMs: number
  readonly exitedAtMs: number
  /** In ticks, rounded to the nearest when the price is an average of split fills. */
  readonly entryTicks: number
  readonly exitTicks: number
  /** Gross, signed. */
  readonly profitAndLoss: Money
  /** Both prices lie on the tick grid, so that a replay earns exactly this profit. */
  readonly isOnGrid: boolean
}

/** What is wrong with one field of the file. */
export interface TradesExportProblem {
  /** From 1, the header included. */
  readonly line: number
  readonly column: string
  readonly found: string
  readonly expected: string
}

/** The file cannot be read as a trades export. It names every problem, not the first alone. */
export class TradesExportError extends Error {
  readonly problems: readonly TradesExportProblem[]

  constructor(problems: readonly TradesExportProblem[]) {
    const lines = problems.map(
      ({ line, column, found, expected }) =>
        `line ${line}, column ${column}: expected ${expected}, found ${JSON.stringify(found)}`,
    )
    super(`The trades export cannot be read:\n${lines.join('\n')}`)
    this.name = 'TradesExportError'
    this.problems = problems
  }
}

const neededColumns = [
  'Id',
  'ContractName',
  'EnteredAt',
  'ExitedAt',
  'EntryPrice',
  'ExitPrice',
  'PnL',
  'Size',
  'Type',
] as const
type Column = (typeof neededColumns)[number]

interface ParsedRow {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number }
}

/**
 * Reads a trades export by header name, in any order of columns, with or without byte-order mark, in the order of the file.
 *
 * @throws TradesExportError when a column is missing or a field cannot be read; a time without offset or with a zone's abbreviation is
 * refused, because it could only be guessed
 */
export function readTradesExport(text: string): RoundTrip[] {
  const rows = parse(text, {
    bom: true,
    columns: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as ParsedRow[]
  const problems: TradesExportProblem[] = []
  const trips = rows.map((row) => roundTrip(row, problems)).filter((trip) => trip !== undefined)
  if (problems.length > 0) throw new TradesExportError(problems)
  return trips
}

function roundTrip({ record, info }: ParsedRow, problems: TradesExportProblem[]): RoundTrip | undefined {
  const earlier = problems.length
  const read = <Value>(
    column: Column,
    expected: string,
    parsed: (found: string) => Value | undefined,
  ): Value | undefined => {
    const found = record[column]
    const value = found === undefined ? undefined : parsed(found)
    if (value === undefined) problems.push({ line: info.lines, column, found: found ?? '', expected })
    return value
  }
  const id = read('Id', 'an id', (found) => (found === '' ? undefined : found))
  const enteredAtMs = read('EnteredAt', timeForm, parseTime)
  const exitedAtMs = read('ExitedAt', timeForm, parseTime)
  const near = enteredAtMs ?? exitedAtMs ?? 0
  const contract = read('ContractName', 'a contract such as MNQZ6', (found) => contractOfExport(found, near))
  const entryPrice = read('EntryPrice', 'a decimal number', parseDecimal)
  const exitPrice = read('ExitPrice', 'a decimal number', parseDecimal)
  const profit = read('PnL', 'dollars with at most four decimals', parseMoney)
  const size = read('Size', 'a whole number of contracts above zero', parseSize)
  const side = read('Type', 'Long or Short', parseSide)
  if (enteredAtMs !== undefined && exitedAtMs !== undefined && exitedAtMs < enteredAtMs) {
    problems.push({
      line: info.lines,
      column: 'ExitedAt',
      found: record['ExitedAt'] ?? '',
      expected: 'a time after EnteredAt',
    })
  }
  if (problems.length > earlier) return undefined
  if (id === undefined || contract === undefined || side === undefined || size === undefined) return undefined
  if (enteredAtMs === undefined || exitedAtMs === undefined || profit === undefined) return undefined
  if (entryPrice === undefined || exitPrice === undefined) return undefined
  const { step, scale } = contract.product.grid
  const entry = (entryPrice * scale) / step
  const exit = (exitPrice * scale) / step
  const isOnGrid = [entry, exit].every((ticks) => Math.abs(ticks - Math.round(ticks)) <= 1e-6)
  return {
    id,
    contract,
    side,
    size,
    enteredAtMs,
    exitedAtMs,
    entryTicks: Math.round(entry),
    exitTicks: Math.round(exit),
    profitAndLoss: profit,
    isOnGrid,
  }
}

const timeForm = 'MM/dd/yyyy HH:mm:ss ±HH:MM (with the offset, not a zone abbreviation)'
const timePattern = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d\d:\d\d)$/

function parseTime(found: string): number | undefined {
  const [, month, day, year, time, offset] = timePattern.exec(found) ?? []
  if (month === undefined) return undefined
  try {
    return Temporal.Instant.from(`${year}-${month}-${day}T${time}${offset}`).epochMilliseconds
  } catch {
    // Well-formed, but no such day or hour: as unreadable as any other text.
    return undefined
  }
}

/** Names of the export are exchange names; the wire's contract ids do not occur in it. */
function contractOfExport(found: string, nearMs: number): ListedContract | undefined {
  const contract = contractByName(found, nearMs)
  return contract?.name === found ? contract : undefined
}

function parseDecimal(found: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(found) ? Number(found) : undefined
}

function parseMoney(found: string): Money | undefined {
  const [, sign, units, decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(found) ?? []
  if (units === undefined) return undefined
  const amount = Number(units) * 10_000 + Number(decimals.padEnd(4, '0'))
  return money(sign === '-' ? -amount : amount)
}

function parseSize(found: string): number | undefined {
  return /^[1-9]\d*$/.test(found) ? Number(found) : undefined
}

function parseSide(found: string): 'long' | 'short' | undefined {
  if (found === 'Long') return 'long'
  return found === 'Short' ? 'short' : undefined
}
