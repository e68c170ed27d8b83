import { Covered } from './covered/covered.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'

/** The properties that are looked at (reliability, section 1), in the words of the table. */
export const INVARIANTS = {
  'S-01': 'an intent is durable before its request leaves',
  'S-02': 'no breach and no goal is forgotten, each ends once',
  'S-03': 'no request enlarges, turns over or unprotects',
  'S-04': 'no lockout ends before its time',
  'S-05': 'the lockout is durable before the first request',
  'S-06': 'P&L is a function of the set of trades',
  'S-07': 'the book is what the gateway holds',
  'S-08': 'in doubt nothing unlocks or is called flat',
  'S-09': 'flat needs two explicit empty readings',
  'S-10': 'what is in doubt is looked up before it is repeated',
  'S-11': 'one account does not delay another',
  'S-13': 'settings loosen at a reset without a lockout only',
  'S-14': 'the audit trail is whole',
  'S-15': 'money is exact',
  'S-18': 'a clock that was set ends nothing',
  'S-21': 'readings leave the budget to the closes',
  'L-02': 'over the limit or locked: flat in time',
  'L-03': 'what is in doubt is settled in time',
  'L-05': 'after a restart what was owed is resumed',
  'L-06': 'trusted again in time',
  'L-07': 'a lockout that is over is released in time',
  'L-08': 'each reset is crossed once',
  'L-09': 'requests stop when the trader does',
  'P-06': 'the program does not throw',
} as const

export type Invariant = keyof typeof INVARIANTS

/** What was found wrong first, with the virtual time since the start of the day. */
export interface Violation {
  readonly invariant: Invariant
  readonly atMs: number
  readonly story: string
}

/** What happened in the days so far. */
export class Tally {
  days = 0
  worlds = 0
  steps = 0
  quotes = 0
  userEvents = 0
  commands = 0
  readings = 0
  commits = 0
  lockouts = 0
  breaches = 0
  crashes = 0
  readonly checks = new Map<Invariant, number>()
  /** How often each fault did harm. */
  readonly faults = new Map<FaultKind, number>(faultKinds.map((kind) => [kind, 0]))
  /** Crash points, steps of commands, rules with their outcomes. */
  readonly covered = new Covered()

  checked(invariant: Invariant, times = 1): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + times)
  }

  harmed(kind: FaultKind): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
  }

  add(other: Tally): void {
    for (const name of COUNTS) this[name] += other[name]
    for (const [invariant, times] of other.checks) this.checked(invariant, times)
    for (const [kind, times] of other.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + times)
    this.covered.add(other.covered)
  }
}

export const COUNTS = [
  'days',
  'worlds',
  'steps',
  'quotes',
  'userEvents',
  'commands',
  'readings',
  'commits',
  'lockouts',
  'breaches',
  'crashes',
] as const
