import { z } from 'zod'
import {
  faultScopeSchema,
  faultyRouteSchema,
  hubFaultSchema,
  hubNameSchema,
  restFaultSchema,
} from '../fault-vocabulary.ts'
import { knobChangesSchema } from '../knobs.ts'
import { exchangeKnobChangesSchema } from './knobs.ts'

/*
 * The language in which scripted traders and scripted markets are written: plain data, so that a scenario can be kept as YAML or JSON.
 * All times are business time of the simulator.
 */

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m)$/
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

const duration = z.union([z.number().nonnegative(), z.string().regex(durationPattern)])
/** Milliseconds, or a text such as `250ms`, `2.5s`, `1m`. */
export type Duration = z.infer<typeof duration>

/** @throws RangeError for a text that is no duration */
export function durationMs(value: Duration): number {
  if (typeof value === 'number') return value
  const parts = durationPattern.exec(value)
  const unit = unitMs[parts?.[2] ?? '']
  if (unit === undefined) throw new RangeError(`duration must look like 2.5s, was ${value}`)
  return Number(parts?.[1]) * unit
}

/** `at`: since the scenario began. `after`: since the step before was done. Neither: at once. */
const timing = { at: duration.optional(), after: duration.optional() }
/** An exchange root (`MNQ`, its front month), a name (`MNQZ6`) or a contract id. */
const contract = z.string().min(1)
const side = z.enum(['buy', 'sell'])
const size = z.int().positive()
const order = { ...timing, contract, side, size, tag: z.string().max(60).optional() }
const price = z.union([z.number(), z.strictObject({ awayTicks: z.int().positive() })])

const market = z.strictObject({
  ...order,
  do: z.literal('market'),
  /** Ticks from the entry, unsigned: a bracket leg on the losing side. */
  stopLossTicks: z.int().positive().optional(),
  /** Ticks from the entry, unsigned: a bracket leg on the winning side. */
  takeProfitTicks: z.int().positive().optional(),
})
/** `awayTicks`: so far behind the best price that the order rests. */
const limit = z.strictObject({ ...order, do: z.literal('limit'), price })
/** `awayTicks`: so far ahead of the best price that the order rests. */
const stop = z.strictObject({ ...order, do: z.literal('stop'), price })
const trailingStop = z.strictObject({ ...order, do: z.literal('trailing-stop'), awayTicks: z.int().positive() })
/** Every working stop of the contract. `awayTicks`: so far ahead of the best price. */
const moveStop = z.strictObject({ ...timing, do: z.literal('move-stop'), contract, price })
/** Of one contract, or all. */
const cancelAll = z.strictObject({ ...timing, do: z.literal('cancel-all'), contract: contract.optional() })
/** The whole position, or some contracts of it. */
const close = z.strictObject({ ...timing, do: z.literal('close'), contract, size: size.optional() })
const wait = z.strictObject({
  ...timing,
  do: z.literal('wait'),
  until: z.union([
    /** Signed contracts: short is below zero. */
    z.strictObject({ position: z.strictObject({ contract, size: z.int() }) }),
    z.strictObject({ flat: z.union([z.literal('everything'), contract]) }),
    /** The next such event of the account after the wait has begun. */
    z.strictObject({ event: z.enum(['fill', 'rejection', 'cancellation']) }),
  ]),
  /** Then the script goes on anyhow. */
  atMost: duration,
})
/** Leads the market so many ticks up or down. */
const move = z.strictObject({ ...timing, do: z.literal('move'), contract, ticks: z.int(), over: duration.optional() })
/** Leads the best bid to a price. */
const setPrice = z.strictObject({
  ...timing,
  do: z.literal('price'),
  contract,
  price: z.number(),
  over: duration.optional(),
})
const pin = z.strictObject({
  ...timing,
  do: z.literal('pin'),
  contract,
  regime: z.enum(['still', 'calm', 'trend', 'spike']),
})
/** The firm lets the trader's account trade, or bars it. */
const firm = z.strictObject({ ...timing, do: z.literal('firm'), canTrade: z.boolean() })
/** The login shows the trader's account, or no longer does. */
const list = z.strictObject({ ...timing, do: z.literal('list'), listed: z.boolean() })
/** Something happens to a hub, whoever is connected to it unless the scope says otherwise. */
const fault = z.strictObject({
  ...timing,
  do: z.literal('fault'),
  hub: hubNameSchema,
  fault: hubFaultSchema,
  scope: faultScopeSchema.optional(),
})
/** Something happens to REST calls, the next one of the route unless the scope says otherwise. */
const restFault = z.strictObject({
  ...timing,
  do: z.literal('rest-fault'),
  route: faultyRouteSchema,
  fault: restFaultSchema,
  scope: faultScopeSchema.optional(),
})
/** Every planned fault is over. */
const heal = z.strictObject({ ...timing, do: z.literal('heal') })
/** A callback of the scenario's own making. */
const inject = z.strictObject({
  ...timing,
  do: z.literal('inject'),
  hub: hubNameSchema,
  target: z.string().min(1),
  arguments: z.array(z.unknown()),
})
/** The gateway or the exchange behaves otherwise from now on. */
const knobs = z.strictObject({
  ...timing,
  do: z.literal('knobs'),
  gateway: knobChangesSchema.optional(),
  exchange: exchangeKnobChangesSchema.optional(),
})
const repeat = z.strictObject({
  ...timing,
  do: z.literal('repeat'),
  times: z.int().positive(),
  get steps(): z.ZodArray<z.ZodType<TraderStep>> {
    return z.array(traderStep).min(1)
  },
})

const singleStep = [
  market,
  limit,
  stop,
  trailingStop,
  moveStop,
  cancelAll,
  close,
  wait,
  move,
  setPrice,
  pin,
  firm,
  list,
  fault,
  restFault,
  heal,
  inject,
  knobs,
] as const
type SingleStep = z.infer<(typeof singleStep)[number]>
interface Repeat {
  at?: Duration | undefined
  after?: Duration | undefined
  do: 'repeat'
  times: number
  steps: TraderStep[]
}

/** One thing that a scripted trader does. */
export type TraderStep = SingleStep | Repeat

const traderStep: z.ZodType<TraderStep> = z.discriminatedUnion('do', [...singleStep, repeat])

const account = z.strictObject({
  id: z.int().positive(),
  name: z.string().min(1),
  balance: z.number(),
  simulated: z.boolean().optional(),
  canTrade: z.boolean().optional(),
  bracketMode: z.enum(['auto-oco', 'position']).optional(),
})

const regimes = z.tuple([z.enum(['still', 'calm', 'trend', 'spike'])], z.enum(['still', 'calm', 'trend', 'spike']))

const trader = z.strictObject({
  account: z.int().positive(),
  /** What the trader does, in one sentence for the terminal. */
  story: z.string().min(1),
  /** The rule that this trader breaks, `RULE-001`; none for one who behaves. */
  breaks: z.string().optional(),
  steps: z.array(traderStep),
})
export type Trader = z.infer<typeof trader>

/** A scenario: who is there, when it begins, what the markets may do and what every trader does. */
export const scenarioSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]+$/),
    title: z.string().min(1),
    /** With offset; the simulator's clock starts there. */
    startsAt: z.iso.datetime({ offset: true }),
    regimes,
    accounts: z.array(account).min(1),
    traders: z.array(trader),
  })
  .check((context) => {
    const known = new Set(context.value.accounts.map(({ id }) => id))
    for (const [index, { account: id }] of context.value.traders.entries()) {
      if (known.has(id)) continue
      const message = `no account ${id} in this scenario`
      context.issues.push({ code: 'custom', message, path: ['traders', index, 'account'], input: id })
    }
  })
export type Scenario = z.infer<typeof scenarioSchema>

/** Epoch milliseconds of the scenario's beginning. */
export function scenarioStartMs(scenario: Pick<Scenario, 'startsAt'>): number {
  return Temporal.Instant.from(scenario.startsAt).epochMilliseconds
}
