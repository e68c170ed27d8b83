import { parseDecimal, parseUsd, type Usd } from '@rm/domain'
import { z } from 'zod'
import { report } from './setting-problem.ts'

/**
 * A loss limit: a negative amount of at most four places, written as a number or as text. A number is taken by its decimal text, so
 * that no binary fraction comes between the file and the limit. A positive number is reported and not guessed to be a loss.
 */
export const LossAmount = z
  .unknown()
  .transform(readLoss)
  .meta({
    title: 'a negative amount of dollars',
    type: ['number', 'string'],
    exclusiveMaximum: 0,
    pattern: String.raw`^-\d+(\.\d{1,4})?$`,
    examples: [-500],
  })

function readLoss(written: unknown, context: z.RefinementCtx): Usd {
  const text = typeof written === 'number' ? String(written) : written
  const decimal = typeof text === 'string' ? parseDecimal(text) : null
  if (typeof text !== 'string' || decimal === null) {
    report(
      context,
      { expected: 'a negative amount', why: 'the limit is money in dollars', fix: 'write `-500`' },
      written,
    )
    return z.NEVER
  }
  if (decimal.units >= 0n) {
    const magnitude = decimal.units === 0n ? '500' : text.replace(/^\+/, '')
    report(
      context,
      { expected: 'a negative amount', why: 'losses are negative amounts', fix: `write \`-${magnitude}\`` },
      written,
    )
    return z.NEVER
  }
  const amount = parseUsd(text)
  if (amount !== null) return amount
  const [why, fix] =
    decimal.scale > 4
      ? ['money has at most four decimal places', 'round it to cents']
      : ['no account is that large', 'write the loss that ends the day']
  report(context, { expected: 'a negative amount', why, fix }, written)
  return z.NEVER
}
