import { type BootStep, describeStep } from './boot-step.ts'
import type { LineQueue } from './line-queue.ts'
import { monotonicMs } from './system-clock.ts'

interface Told {
  readonly lines: LineQueue
}

/** A checkpoint of the start. */
export function say({ lines }: Told, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
  lines.add({ level: 'info', message, topic: null, facts: { event: 'checkpoint', ...facts } })
}

/** Something of the start that a human should know. */
export function warn({ lines }: Told, message: string, facts: Readonly<Record<string, unknown>>): void {
  lines.add({ level: 'warn', message, topic: null, facts })
}

/** A step of the start is done. */
export function done({ lines }: Told, step: BootStep): void {
  const facts = { event: 'boot-step', step, sinceStartMs: Math.round(monotonicMs()) }
  lines.add({ level: 'info', message: describeStep(step), topic: null, facts })
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
