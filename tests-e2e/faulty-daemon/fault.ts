import { z } from 'zod'

/**
 * The moments at which the process may die, along the way of one decision (reliability 3.2). Event, state and consequence are one transaction
 * here, so CP-01 to CP-04 are: before the event is looked at, inside the transaction, decided and not yet written, written.
 */
export const CRASH_POINTS = [
  'CP-01',
  'CP-02',
  'CP-03',
  'CP-04',
  'CP-05',
  'CP-06',
  'CP-07',
  'CP-08',
  'CP-09',
  'CP-10',
  'CP-11',
  'CP-14 before',
  'CP-14 after',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** The commands of the product by their names. */
const COMMANDS = ['close-position', 'reduce-position', 'cancel-order', 'place-order', 'modify-order'] as const
export type CommandKind = (typeof COMMANDS)[number]

const crashFault = z.strictObject({
  kind: z.literal('crash'),
  point: z.enum(CRASH_POINTS),
  command: z.enum(COMMANDS),
  armedBy: z.string(),
})
export type CrashFault = z.infer<typeof crashFault>

const commitFault = z.strictObject({ kind: z.literal('commit'), how: z.enum(['refused', 'slow']), armedBy: z.string() })
export type CommitFault = z.infer<typeof commitFault>

/** What goes wrong inside the daemon; how a story says it and how the test build reads it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** SIGKILL by its own hand, at a point of the way of the first such command after a file has appeared. */
  crashFault,
  /** While a file is there the disk refuses every commit, or it takes two seconds for one, and the file is gone. */
  commitFault,
  /** On SIGUSR2 the event loop is busy for so long. */
  z.strictObject({ kind: z.literal('busy'), ms: z.int().positive() }),
  /** On SIGUSR2 something throws, or a promise is rejected, that nobody catches. */
  z.strictObject({ kind: z.literal('uncaught'), how: z.enum(['exception', 'rejection']) }),
  /** SIGKILL by its own hand at each start as soon as the store is open; in safe mode it lives. */
  z.strictObject({ kind: z.literal('dies-at-start') }),
  /** A rule throws while the rules of the accounts are made ready. */
  z.strictObject({ kind: z.literal('rule-throws-at-start') }),
  /** From SIGUSR2 on the machine's wall clock says another time. Before that it says `offsetMs` more than the truth. */
  z.strictObject({ kind: z.literal('wall-clock'), offsetMs: z.number(), stepMs: z.number() }),
  /** From SIGUSR2 on memory is taken and never given back, until so much of the heap's limit is used. */
  z.strictObject({ kind: z.literal('retain'), share: z.number().positive().max(1) }),
  /** From SIGUSR2 on every name leads to this address: somebody has edited the hosts file. */
  z.strictObject({ kind: z.literal('hosts-file'), address: z.ipv4() }),
  /** From SIGUSR2 on no descriptor is left. */
  z.strictObject({ kind: z.literal('descriptors') }),
])
export type Fault = z.infer<typeof faultSchema>

/** The environment variable that names the fault, as JSON. */
export const FAULT_VARIABLE = 'RM_TEST_FAULT'
