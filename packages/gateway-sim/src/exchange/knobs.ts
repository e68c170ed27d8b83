import { z } from 'zod'

/** What differs between gateways, days and readings of the contract; a test turns one of these to hold the daemon against it. */
export interface ExchangeKnobs {
  /** From acceptance of an order to its arrival in the book, least and most, whole milliseconds. About 10 ms on the real engine (6.1). */
  readonly fillLatencyMs: readonly [number, number]
  /** Most contracts of one execution. The real engine fills whole orders (6.2). */
  readonly largestFill: number
  /** `shuffled` publishes the events of one fill in a seeded random order. */
  readonly eventOrder: 'recorded' | 'shuffled'
  /** How long REST shows the state before an event that the stream has already carried. */
  readonly snapshotLagMs: number
  /** From the fill of one bracket leg to the cancellation of the other, least and most: some ms to minutes (6.1). */
  readonly ocoCancelMs: readonly [number, number]
}

export const usualKnobs: ExchangeKnobs = {
  fillLatencyMs: [0, 10],
  largestFill: Number.POSITIVE_INFINITY,
  eventOrder: 'recorded',
  snapshotLagMs: 0,
  ocoCancelMs: [0, 10],
}

/** Everything at once, in whole fills and in the recorded order: the readable setting for tests of other things. */
export const immediateKnobs: ExchangeKnobs = { ...usualKnobs, fillLatencyMs: [0, 0], ocoCancelMs: [0, 0] }

const span = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([least, most]) => least <= most, 'the least must not exceed the most')
  .exactOptional()

/** Any of them, as they travel over the control plane. */
export const exchangeKnobChangesSchema = z.strictObject({
  fillLatencyMs: span,
  /** `null`: whole orders. JSON has no infinity. */
  largestFill: z.union([z.int().positive(), z.null().transform(() => Number.POSITIVE_INFINITY)]).exactOptional(),
  eventOrder: z.enum(['recorded', 'shuffled']).exactOptional(),
  snapshotLagMs: z.number().nonnegative().exactOptional(),
  ocoCancelMs: span,
} satisfies { readonly [Knob in keyof ExchangeKnobs]: z.ZodType<ExchangeKnobs[Knob] | undefined> })
