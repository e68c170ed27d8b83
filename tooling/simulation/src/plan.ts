import { faultKinds } from './fault-kinds.ts'
import { z } from 'zod'

/*
 * A plan is everything that a simulated day is made of, as plain JSON: it can be printed, kept, changed by hand and played again.
 */

const side = z.enum(['buy', 'sell'])
const contracts = z.int().min(1).max(20)
const ticks = z.int().min(-2_000).max(2_000)
const awayTicks = z.int().min(1).max(2_000)
/** Which of the plan's accounts, and which of the traded products; both are taken modulo their number. */
const who = z.int().min(0)
const on = z.int().min(0)

/** Something that the trader, the market, the firm or the operator does. */
const actSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trade'), who, on, side, contracts }),
  z.strictObject({ kind: z.literal('limit'), who, on, side, contracts, awayTicks }),
  z.strictObject({ kind: z.literal('stop'), who, on, side, contracts, awayTicks }),
  z.strictObject({ kind: z.literal('bracket'), who, on, side, contracts, awayTicks }),
  /** The opposite of what is held, with a market order of twice its size. */
  z.strictObject({ kind: z.literal('reverse'), who, on }),
  z.strictObject({ kind: z.literal('exit'), who, on }),
  /** A stop for all that is held. */
  z.strictObject({ kind: z.literal('protect'), who, on, awayTicks }),
  z.strictObject({ kind: z.literal('cancel'), who }),
  z.strictObject({ kind: z.literal('move'), on, ticks }),
  z.strictObject({ kind: z.literal('drift'), on, ticks, overMs: z.int().min(100).max(60_000) }),
  /** The firm bars the account or lets it trade again. */
  z.strictObject({ kind: z.literal('can-trade'), who, isAllowed: z.boolean() }),
  /** The firm takes the account's last closing trade back. */
  z.strictObject({ kind: z.literal('void'), who }),
  /** The configuration names other settings of a rule for the account; `null`: it does not mention the rule any more. */
  z.strictObject({ kind: z.literal('reload'), who, rule: z.string(), written: z.json() }),
])
export type Act = z.infer<typeof actSchema>

const stepSchema = z.strictObject({
  act: actSchema,
  /** How long nobody does anything after it. */
  thenMs: z.int().min(0).max(120_000),
})
export type Step = z.infer<typeof stepSchema>

const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** It begins before this step, counted from 0. */
  beforeStep: z.int().min(0),
  forMs: z.int().min(0).max(300_000),
  /** Chance that a request, reply or event is harmed. */
  share: z.number().min(0).max(1),
  /** The account that it is for; `null`: all of them. */
  who: who.nullable(),
  /** A delay, a distance of clocks or the time until the next start, where the kind has one. */
  ms: z.int().min(-3_600_000).max(3_600_000),
  /** Which commit from then on, where the kind has one. */
  nth: z.int().min(1).max(50),
})
export type Fault = z.infer<typeof faultSchema>

const accountSchema = z.strictObject({
  /** Settings as somebody would write them, by the rule's key. */
  rules: z.record(z.string(), z.json()),
  cooldownMs: z.int().min(1_000),
})
export type AccountPlan = z.infer<typeof accountSchema>

/** How the day gets from its busy hours to the daily reset. */
const leapSchema = z.strictObject({
  beforeStep: z.int().min(0),
  /** `freeze`: the process stands still. `down`: it is dead meanwhile. */
  how: z.enum(['freeze', 'down']),
  /** Where it lands, from the next reset. */
  fromResetMs: z.int().min(-7_200_000).max(600_000),
})

export const planSchema = z.strictObject({
  seed: z.int().min(0),
  startsAt: z.string(),
  faults: z.array(faultSchema),
  steps: z.array(stepSchema),
  /** What is still done when everything has healed but what stays broken for good. */
  coda: z.array(stepSchema),
  accounts: z.array(accountSchema).min(1),
  leap: leapSchema,
  /** What stays broken in the last phase, when everything else is healed. */
  permanent: z.enum(['none', 'market-hub-down', 'user-hub-down', 'account-poisoned']),
  market: z.strictObject({
    regimes: z.array(z.enum(['still', 'calm', 'trend', 'spike'])).min(1),
    quotesPerSecond: z.number().min(0.1).max(10),
  }),
  exchange: z.strictObject({
    fillLatencyMs: z.tuple([z.int(), z.int()]),
    largestFill: z.int().min(1),
    eventOrder: z.enum(['recorded', 'shuffled']),
    ocoCancelMs: z.tuple([z.int(), z.int()]),
  }),
  delays: z.strictObject({ requestMs: z.int().min(1), replyMs: z.int().min(1), streamMs: z.int().min(1) }),
})
export type Plan = z.infer<typeof planSchema>

/** The products that are traded, by the exchange's root. */
export const ROOTS = ['MNQ', 'MES', 'NQ'] as const
