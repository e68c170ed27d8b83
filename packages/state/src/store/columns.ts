import { instant, type Instant, RmError, type RuleCode, type Ticks, ticks, type Usd, usd } from '@rm/domain'
import { z } from 'zod'
import type { StoreSchema } from './schema.ts'

/** Column codecs: how domain values read back from SQLite. Writing them needs none but {@link flagOf}. */
export const money: z.ZodType<Usd> = z.int().transform(usd)
export const tickCount: z.ZodType<Ticks> = z.int().transform(ticks)
export const moment: z.ZodType<Instant> = z.int().transform(instant)
export const flag: z.ZodType<boolean> = z.literal([0, 1]).transform((value) => value === 1)
export const decimal: z.ZodType<number> = z.string().min(1).transform(Number).pipe(z.number())
export const ruleCode: z.ZodType<RuleCode> = z.templateLiteral([z.enum(['RULE-', 'GUARD-', 'ADMIN-']), z.string()])

/** A claim as SQLite keeps it. */
export function flagOf(claim: boolean): 0 | 1 {
  return claim ? 1 : 0
}

/** A column of JSON text. */
export function json<Value>(schema: z.ZodType<Value>): z.ZodType<Value> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)
}

/**
 * `INSERT … ON CONFLICT (key) DO UPDATE`: a row that replaces what stood under its key, so that writing it twice changes nothing.
 *
 * @param kept - columns that the first row decides for ever
 */
export function upsertSql<Table extends keyof StoreSchema>(
  table: Table,
  key: readonly (keyof StoreSchema[Table] & string)[],
  columns: readonly (keyof StoreSchema[Table] & string)[],
  kept: readonly (keyof StoreSchema[Table] & string)[] = [],
): string {
  const all = [...key, ...columns, ...kept]
  const values = all.map((column) => `@${column}`)
  const replaced = columns.map((column) => `"${column}" = excluded."${column}"`)
  return `INSERT INTO "${table}" (${quoted(all)}) VALUES (${values.join(', ')})
    ON CONFLICT (${quoted(key)}) DO UPDATE SET ${replaced.join(', ')}`
}

/** Reads a row with its schema. Throws `RmError` STORE_CORRUPT naming the table and what does not fit. */
export function readRow<Value>(table: keyof StoreSchema, schema: z.ZodType<Value>, row: unknown): Value {
  const read = schema.safeParse(row)
  if (read.success) return read.data
  throw new RmError('STORE_CORRUPT', `a row of table ${table} cannot be read: ${z.prettifyError(read.error)}`, { row })
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ')
}
