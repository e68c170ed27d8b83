import type { Holidays } from '@rm/domain'
import { TimeZone } from '@rm/rules'
import { z } from 'zod'
import { calendarDate, flag, objectTo, readBy, timeOfDay } from './setting-types.ts'

const PRODUCT = /^[A-Z0-9]{1,6}$/

/** Read as a whole: the same long lists stand at every early close. */
const Products = readBy<readonly string[]>((value) => {
  const products: readonly unknown[] = Array.isArray(value) ? value : []
  const wrong = products.find((product) => typeof product !== 'string' || !PRODUCT.test(product))
  if (products.length > 0 && wrong === undefined) return { value: products.map(String) }
  return {
    expected: 'a list of exchange roots or product codes such as [ES, CL]',
    why: 'an early close concerns the products it names; without the key it concerns all',
    fix: wrong === undefined ? 'name the products, or remove the key' : `correct ${JSON.stringify(wrong)}`,
  }
}).meta({
  title: 'a list of exchange roots or product codes',
  type: 'array',
  minItems: 1,
  items: { type: 'string', pattern: PRODUCT.source },
  examples: [['ES', 'NQ']],
})

const EarlyClose = z.strictObject({
  date: calendarDate('an early close happens on one date').describe('Local date of the regular end of the session.'),
  close_time: timeOfDay('the session ends at it').describe('When trading ends on that date.'),
  timezone: TimeZone.optional().describe('Zone of the close time; that of the session when absent.'),
  products: Products.optional().describe('Products that close early; all when absent.'),
})

const YEAR = /^\d{4}$/

/** `holidays` of `timers_config.yaml` (risk rules, 4.5). */
export const HolidaysSchema = z
  .strictObject({
    enabled: flag('holidays are respected or not').default(true).describe('Whether any holiday is observed.'),
    dates: z
      .record(z.string(), z.array(calendarDate('a full holiday is one date')))
      .default({})
      .describe(
        'By year: dates on which no session ends. The current year is needed, from December on the next as well.',
      )
      .meta({ examples: [{ 2026: ['2026-12-25'] }] }),
    early_close: z.array(EarlyClose).default([]).describe('Days on which trading ends early.'),
  })
  .superRefine((holidays, context) => {
    const full = new Set<string>()
    for (const [year, dates] of Object.entries(holidays.dates)) {
      if (!YEAR.test(year)) {
        const why = 'dates are kept by year, so that a missing year is noticed'
        objectTo(context, ['dates', year], dates, { expected: 'a year as key', why, fix: 'write for example `2026:`' })
      }
      for (const [index, date] of dates.entries()) {
        const path = ['dates', year, index]
        if (YEAR.test(year) && !date.startsWith(`${year}-`))
          objectTo(context, path, date, {
            expected: `a date in ${year}`,
            why: 'the date stands under another year',
            fix: `move it under ${date.slice(0, 4)}, or correct the year`,
          })
        if (full.has(date)) objectTo(context, path, date, { ...TWICE, fix: 'remove one of the two' })
        full.add(date)
      }
    }
    for (const [index, close] of holidays.early_close.entries()) {
      if (!full.has(close.date)) continue
      objectTo(context, ['early_close', index, 'date'], close.date, {
        expected: 'a date that is no full holiday',
        why: 'a day without a session has no early close either',
        fix: 'remove the date here or under dates',
      })
    }
    for (const index of repeated(holidays.early_close.map(identityOf)))
      objectTo(context, ['early_close', index, 'date'], holidays.early_close[index]?.date, {
        ...TWICE,
        fix: 'keep one early close per date and product',
      })
  })

const TWICE = { expected: 'each date once', why: 'it is unclear which of the two is meant' }

type HolidaySettings = z.infer<typeof HolidaysSchema>

/** The holidays that sessions observe: none when they are turned off. */
export function holidaysOf(settings: HolidaySettings): Holidays {
  if (!settings.enabled) return { fullDays: new Set(), earlyCloses: [] }
  return {
    fullDays: new Set(Object.values(settings.dates).flat()),
    earlyCloses: settings.early_close.map((close) => ({
      date: close.date,
      closeTime: close.close_time,
      ...(close.timezone === undefined ? {} : { timeZone: close.timezone }),
      ...(close.products === undefined ? {} : { products: close.products }),
    })),
  }
}

function identityOf(close: HolidaySettings['early_close'][number]): readonly string[] {
  return (close.products ?? ['']).map((product) => `${close.date} ${product}`)
}

/** Positions whose identities were met before. */
function repeated(identities: readonly (readonly string[])[]): readonly number[] {
  const met = new Set<string>()
  const positions: number[] = []
  for (const [index, own] of identities.entries()) {
    if (own.some((identity) => met.has(identity))) positions.push(index)
    for (const identity of own) met.add(identity)
  }
  return positions
}
