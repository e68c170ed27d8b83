import type { Command, CommandState } from '@rm/domain'

export const COMMAND_KINDS = [
  'close-position',
  'reduce-position',
  'cancel-order',
  'place-order',
  'modify-order',
] as const satisfies readonly Command['kind'][]

/** From what is durable to what becomes so: every step of a command that the engine can take. */
export const COMMAND_STEPS = [
  'new > sending',
  'sending > acked',
  'sending > refused',
  'sending > in-doubt',
  'sending > not-sent',
  'sending > effective',
  'sending > superseded',
  'acked > effective',
  'acked > superseded',
  'in-doubt > effective',
  'in-doubt > superseded',
  'effective > effective',
] as const

/** An answer after the effect is written once more; of a close and a reduction the effect counts only after the answer (risk rules 1.6). */
export function isPossible(kind: Command['kind'], step: (typeof COMMAND_STEPS)[number]): boolean {
  return step !== 'effective > effective' || (kind !== 'close-position' && kind !== 'reduce-position')
}

/** @param before - `undefined`: the command was not written yet */
export function commandMove(kind: Command['kind'], before: CommandState | undefined, after: CommandState): string {
  return `${kind} ${before ?? 'new'} > ${after}`
}
