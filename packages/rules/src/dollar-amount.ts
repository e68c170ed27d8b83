import { parseDecimal, parseUsd, type Usd } from '@rm/domain'
import { z } from 'zod'
import { report } from './setting-problem.ts'

/** How an amount of one sign is asked for. */
interface Sign {
  readonly of: -1 | 1
  readonly expected: string
  readonly what: string
  readonly example: string
  readonly whySigned: string
  readonly whyLarge: string
}

const DECIMAL = String.raw`\d+(\.\d{1,4})?$`

/**
 * A loss limit: a negative amount of at most four places, written as a number or as text. A positive number is reported and not guessed to
 * be a loss.
 */
export const LossAmount: z.ZodType<Usd> = signedAmount({
  of: -1,
  expected: 'a negative amount',
  what: 'the limit',
  example: '-500',
  whySigned: 'losses are negative amounts',
  whyLarge: 'write the loss that ends the day',
})

/** A profit target: a positive amount, read like {@link LossAmount}. */
export const ProfitAmount: z.ZodType<Usd> = signedAmount({
  of: 1,
  expected: 'a positive amount',
  what: 'the target',
  example: '1000',
  whySigned: 'a target is a profit',
  whyLarge: 'write the profit that is enough',
})

/** A number is taken by its decimal text, so that no binary fraction comes between the file and the limit. */
function signedAmount(sign: Sign): z.ZodType<Usd> {
  const { expected } = sign
  const read = z.unknown().transform((written, context): Usd => {
    const text = typeof written === 'number' ? String(written) : written
    const decimal = typeof text === 'string' ? parseDecimal(text) : null
    if (typeof text !== 'string' || decimal === null) {
      report(context, { expected, why: `${sign.what} is money in dollars`, fix: `write \`${sign.example}\`` }, written)
      return z.NEVER
    }
    if (decimal.units * BigInt(sign.of) <= 0n) {
      const turned = sign.of === -1 ? `-${text.replace(/^\+/, '')}` : text.replace(/^-/, '')
      const fix = `write \`${decimal.units === 0n ? sign.example : turned}\``
      report(context, { expected, why: sign.whySigned, fix }, written)
      return z.NEVER
    }
    const amount = parseUsd(text)
    if (amount !== null) return amount
    const [why, fix] =
      decimal.scale > 4
        ? ['money has at most four decimal places', 'round it to cents']
        : ['no account is that large', sign.whyLarge]
    report(context, { expected, why, fix }, written)
    return z.NEVER
  })
  return read.meta({
    title: `${expected} of dollars`,
    type: ['number', 'string'],
    ...(sign.of === -1 ? { exclusiveMaximum: 0 } : { exclusiveMinimum: 0 }),
    pattern: `^${sign.of === -1 ? '-' : ''}${DECIMAL}`,
    examples: [Number(sign.example)],
  })
}
