import { parseUsd, type Usd, type Weekday, WEEKDAYS } from '@rm/domain'
import { z } from 'zod'
import { nearestKey } from './nearest-key.ts'

/*
 * The kinds of value that settings have. Each refuses with what it expects, why, and what to write instead, in the form that every schema
 * of this program uses: a custom issue whose `params` are an `Objection`.
 */

/** Why a value is refused. */
export interface Objection {
  readonly expected: string
  readonly why: string
  readonly fix: string
  readonly also?: string
}

type Reading<T> = { readonly value: T } | Objection

/**
 * A schema from a function that reads one value. What an editor shall know of the value goes into its `meta`, in the words of JSON Schema;
 * `title` is the kind of value in words for people.
 */
export function readBy<T>(read: (value: unknown) => Reading<T>): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const reading = read(value)
    if ('value' in reading) return reading.value
    context.issues.push({ code: 'custom', input: value, params: { ...reading } })
    return z.NEVER
  })
}

/** Adds an objection to a refinement; the path is relative to the value that is refined. */
export function objectTo(
  context: z.RefinementCtx,
  path: readonly PropertyKey[],
  input: unknown,
  objection: Objection,
): void {
  context.issues.push({ code: 'custom', input, path: [...path], params: { ...objection } })
}

export function whole(min: number, max: number, why: string): z.ZodType<number> {
  const expected = `a whole number from ${grouped(min)} to ${grouped(max)}`
  return readBy((value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
      ? { value: Number(value) }
      : { expected, why, fix: numberFix(value, expected) },
  ).meta({ type: 'integer', minimum: min, maximum: max })
}

export function fraction(min: number, max: number, why: string): z.ZodType<number> {
  const expected = `a number from ${min} to ${max}`
  return readBy((value) =>
    typeof value === 'number' && value >= min && value <= max
      ? { value }
      : { expected, why, fix: numberFix(value, expected) },
  ).meta({ type: 'number', minimum: min, maximum: max })
}

export function choice<const T extends string>(options: readonly T[], why: string): z.ZodType<T> {
  const expected = options.map((option) => `\`${option}\``).join(' or ')
  return readBy((value) => {
    const chosen = options.find((option) => option === value)
    if (chosen !== undefined) return { value: chosen }
    const meant = typeof value === 'string' ? nearestKey(value, options) : null
    return { expected, why, fix: meant === null ? `write ${expected}` : `write \`${meant}\`` }
  }).meta({ type: 'string', enum: [...options] })
}

export function flag(why: string): z.ZodType<boolean> {
  return readBy((value) => {
    if (typeof value === 'boolean') return { value }
    const meant = typeof value === 'string' ? WORDS_FOR_BOOLEANS.get(value.toLowerCase()) : undefined
    const fix = meant === undefined ? 'write true or false' : `write \`${meant}\``
    return { expected: 'true or false', why: meant === undefined ? why : `in YAML 1.2 ${String(value)} is a text`, fix }
  }).meta({ type: 'boolean' })
}

const WORDS_FOR_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['on', 'yes', 'y', 'true'].map((word) => [word, true] as const),
  ...['off', 'no', 'n', 'false'].map((word) => [word, false] as const),
])

export function text(expected: string, why: string): z.ZodType<string> {
  return readBy((value) => {
    if (typeof value === 'string' && value !== '') return { value }
    const isWord = typeof value === 'number' || typeof value === 'boolean'
    return { expected, why, fix: isWord ? 'put the value in quotes' : `write ${expected}` }
  }).meta({ title: expected, type: 'string', minLength: 1 })
}

/** Dollars, exactly, from a number or from decimal text. */
export function money(expected: string, isAllowed: (amount: Usd) => boolean, why: string): z.ZodType<Usd> {
  return readBy((value) => {
    const written = typeof value === 'number' ? String(value) : null
    const amount = written === null ? null : parseUsd(written)
    if (amount !== null && isAllowed(amount)) return { value: amount }
    return { expected, why, fix: `write ${expected}, without quotes, at most four decimal places` }
  }).meta({ title: expected, type: 'number' })
}

/** `HH:MM` from 00:00 to 23:59. */
export function timeOfDay(why: string): z.ZodType<string> {
  return readBy((value) => {
    if (typeof value === 'string' && TIME_OF_DAY.test(value)) return { value }
    return { expected: 'a time of day HH:MM from 00:00 to 23:59', why, fix: timeFix(value) }
  }).meta({ title: 'a time of day HH:MM', type: 'string', pattern: TIME_OF_DAY.source, examples: ['08:30', '17:00'] })
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/

/** A date that exists, `YYYY-MM-DD`. */
export function calendarDate(why: string): z.ZodType<string> {
  return readBy((value) => {
    if (typeof value === 'string' && isCalendarDate(value)) return { value }
    return { expected: 'a date YYYY-MM-DD that exists', why, fix: 'write the date as 2026-12-25' }
  }).meta({ title: 'a date YYYY-MM-DD', type: 'string', pattern: DATE.source, examples: ['2026-12-25'] })
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

function isCalendarDate(written: string): boolean {
  if (!DATE.test(written)) return false
  try {
    Temporal.PlainDate.from(written, { overflow: 'reject' })
    return true
  } catch {
    return false
  }
}

/** A day name `mon` to `sun`, or 0 (Monday) to 6. */
export function weekday(why: string): z.ZodType<Weekday> {
  return readBy((value) => {
    const day = typeof value === 'number' ? WEEKDAYS[value] : WEEKDAYS.find((one) => one === value)
    if (day !== undefined) return { value: day }
    return { expected: 'a day: mon, tue, wed, thu, fri, sat or sun', why, fix: 'write for example `mon`' }
  }).meta({ title: 'a day, mon to sun or 0 (Monday) to 6', enum: [...WEEKDAYS, 0, 1, 2, 3, 4, 5, 6] })
}

function timeFix(value: unknown): string {
  if (value === '24:00') return 'write `00:00`; a day has no 24:00'
  const [, hour, minute] = (typeof value === 'string' ? /^(\d):([0-5]\d)$/.exec(value) : null) ?? []
  return hour === undefined || minute === undefined ? 'write for example `17:00`' : `write \`0${hour}:${minute}\``
}

function numberFix(value: unknown, expected: string): string {
  const isQuotedNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  return isQuotedNumber ? 'remove the quotes around the number' : `write ${expected}`
}

function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ')
}
