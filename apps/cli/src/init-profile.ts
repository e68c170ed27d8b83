import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Document, parseDocument } from 'yaml'
import { z } from 'zod'
import { SHIPPED_CONFIG } from './program-files.ts'

/** The sizes that a profile is shipped for, with the name of its file in `profiles/`. */
export const SIZES = {
  practice: 'topstepx-practice',
  '50k': 'topstepx-50k',
  '100k': 'topstepx-100k',
  '150k': 'topstepx-150k',
} as const
export type Size = keyof typeof SIZES

/** The limits that a newcomer has to have an opinion on. Dollars, losses negative. */
export interface MainLimits {
  readonly dayLoss: number
  /** Of a single position; smaller than that of the day. */
  readonly positionLoss: number
  /** Minis, of which one counts as much as ten micros. */
  readonly contracts: number
  /** Contracts by exchange root; every other product is closed at once. */
  readonly products: Readonly<Record<string, number>>
}

const Profile = z.object({
  rules: z.object({
    max_contracts: z.object({ limit: z.number() }),
    max_contracts_per_instrument: z.object({ instrument_limits: z.record(z.string(), z.number()) }),
    daily_realized_loss: z.object({ limit: z.number() }),
    daily_unrealized_loss: z.object({ limit: z.number() }),
  }),
})

/** What the shipped profile of a size says. */
export function shippedLimits(size: Size): MainLimits {
  const { rules } = Profile.parse(shippedProfile(size).toJS())
  return {
    dayLoss: rules.daily_realized_loss.limit,
    positionLoss: rules.daily_unrealized_loss.limit,
    contracts: rules.max_contracts.limit,
    products: rules.max_contracts_per_instrument.instrument_limits,
  }
}

/** The shipped profile of a size with other numbers, its comments kept. */
export function profileText(size: Size, accountName: string, limits: MainLimits): string {
  const profile = shippedProfile(size)
  profile.setIn(['rules', 'max_contracts', 'limit'], limits.contracts)
  profile.setIn(['rules', 'max_contracts_per_instrument', 'instrument_limits'], profile.createNode(limits.products))
  profile.setIn(['rules', 'daily_realized_loss', 'limit'], limits.dayLoss)
  profile.setIn(['rules', 'daily_unrealized_loss', 'limit'], limits.positionLoss)
  const origin = ` The limits of ${accountName}, as you gave them to \`risk-manager init\`. They began as those of ${SIZES[size]}:`
  const [schema = '', ...remarks] = (profile.commentBefore ?? '').split('\n')
  profile.commentBefore = [schema, origin, ...remarks].join('\n')
  return profile.toString({ lineWidth: 0 })
}

function shippedProfile(size: Size): Document {
  return parseDocument(readFileSync(path.join(SHIPPED_CONFIG, 'profiles', `${SIZES[size]}.yaml`), 'utf8'))
}
