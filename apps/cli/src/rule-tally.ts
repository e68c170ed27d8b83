import type { LogLine } from '@rm/runtime-pack'

/** What became of one rule during the day. */
export interface RuleRecord {
  readonly rule: string
  readonly breaches: number
  /** Set, not extended. */
  readonly lockouts: number
  /** Goals that were reached by a command of ours, verified. */
  readonly enforcements: number
  /** Orders placed, moved or removed to protect a position (RULE-012); no enforcement. */
  readonly orders: number
}

/** The only rule whose commands pursue no goal. */
const MANAGEMENT = 'RULE-012'

/** Adds up, rule by rule, what the daemon's log tells. */
export class RuleTally {
  readonly #records = new Map<string, { -readonly [Key in keyof RuleRecord]: RuleRecord[Key] }>()
  /** Breaches and lockouts, to which goals are owed. */
  readonly #rules = new Map<string, string>()

  note(line: LogLine): void {
    const { event, rule } = line
    for (const id of [line['breachId'], line['lockoutId']]) {
      if (rule !== undefined && typeof id === 'string') this.#rules.set(id, rule)
    }
    if (event === 'breach-begun') this.#add(rule, 'breaches')
    if (event === 'lockout-set') this.#add(rule, 'lockouts')
    if (event === 'command-sent' && line['goalId'] === null) this.#add(MANAGEMENT, 'orders')
    if (event === 'goal-ended' && line['state'] === 'reached') {
      this.#add(this.#rules.get(String(line['origin'])), 'enforcements')
    }
  }

  /** One for each rule of which anything was told, in the order of the rules. */
  records(): readonly RuleRecord[] {
    return [...this.#records.values()].toSorted((one, other) => one.rule.localeCompare(other.rule))
  }

  #add(rule: string | undefined, what: Exclude<keyof RuleRecord, 'rule'>): void {
    if (rule === undefined) return
    const known = this.#records.get(rule) ?? { rule, breaches: 0, lockouts: 0, enforcements: 0, orders: 0 }
    known[what] += 1
    this.#records.set(rule, known)
  }
}
