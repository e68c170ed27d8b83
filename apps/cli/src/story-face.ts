import { stripVTControlCharacters, styleText } from 'node:util'
import { checkpointOf, type LogLine } from '@rm/runtime-pack'
import { z } from 'zod'
import { type RuleRecord, RuleTally } from './rule-tally.ts'
import type { RunSummary } from './run-summary.ts'
import type { LedgerAccount } from './simulator-ledger.ts'

/** How the practice day is told. */
export interface StoryFace {
  /** The daemon runs and the traders begin. */
  open(scenario: string, url: string): void
  /** Each line of the daemon's log; the face picks what matters. */
  tell(line: LogLine): void
  close(summary: RunSummary | null, ledger: readonly LedgerAccount[]): void
}

/** One JSON object per line, for programs. */
export class JsonFace implements StoryFace {
  readonly #out: NodeJS.WritableStream
  readonly #tally = new RuleTally()

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  open(scenario: string, url: string): void {
    this.#write({ event: 'day-begun', scenario, url })
  }

  tell(line: LogLine): void {
    this.#tally.note(line)
    if (isTold(line)) this.#write(line)
  }

  close(summary: RunSummary | null, ledger: readonly LedgerAccount[]): void {
    this.#write({ event: 'day-ended', summary, rules: this.#tally.records(), ledger })
  }

  #write(value: unknown): void {
    this.#out.write(`${JSON.stringify(value)}\n`)
  }
}

const WIDTH = 80

/** Plain lines for people; colours only on a terminal, and never with NO_COLOR. */
export class TextFace implements StoryFace {
  readonly #out: NodeJS.WritableStream
  /** Rules whose first enforcement was explained: once is enough to see how it is done. */
  readonly #explained = new Set<string>()
  readonly #tally = new RuleTally()

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  open(scenario: string, url: string): void {
    this.#line('')
    this.#line(this.#paint('bold', `The day begins: ${scenario}, gateway ${url}`))
    this.#line('')
  }

  tell(line: LogLine): void {
    this.#tally.note(line)
    if (!isTold(line)) return
    if (line.event === 'checkpoint') {
      this.#line(line.msg)
      return
    }
    const explanation = this.#explanationOf(line)
    // Orders are kept in place all day long; that one was is told with the explanation of the first.
    if (line.event === 'order-managed' && explanation.length === 0) return
    const clock = clockText(line.at ?? line.time)
    const account = line.accountId === undefined ? '' : String(line.accountId)
    const head = `${clock}  ${account}  `
    this.#wrapped(head, this.#coloured(line))
    for (const sentence of explanation) this.#wrapped(`${' '.repeat(head.length)}· `, sentence)
  }

  /** Why it was enforced and how it is known to be done, for the first enforcement of each rule. */
  #explanationOf(line: LogLine): readonly string[] {
    // Nothing had to be done for a goal that was moot.
    if (line['state'] === 'moot') return []
    const sentences = z.array(z.string()).safeParse(line['explanation']).data ?? []
    const rule = /^[A-Z]+-[A-Z0-9]+/.exec(sentences[0] ?? '')?.[0]
    if (rule === undefined || this.#explained.has(rule)) return []
    this.#explained.add(rule)
    return sentences
  }

  close(summary: RunSummary | null, ledger: readonly LedgerAccount[]): void {
    this.#line('')
    this.#line(this.#paint('bold', 'Summary'))
    if (summary === null) {
      this.#line('  the daemon left none')
      return
    }
    const { p50, p99 } = summary.eventToRequestMs
    this.#line(`  events ${summary.events}   breaches ${summary.breaches}   enforcements ${summary.enforcements}`)
    this.#line(`  event → request ms: p50 ${milliseconds(p50)}   p99 ${milliseconds(p99)}`)
    this.#line('')
    this.#line('  rule      breaches  lockouts  enforcements verified')
    for (const record of this.#tally.records()) this.#line(`  ${tallied(record)}`)
    this.#line('')
    this.#line(`  ${'account'.padEnd(10)}${'is'.padEnd(12)}on the gateway's ledger`)
    for (const account of ledger) {
      const state = summary.accounts.find((one) => one.accountId === account.id)
      this.#line(`  ${String(account.id).padEnd(10)}${(state?.word ?? 'unwatched').padEnd(12)}${account.holds}`)
      for (const more of [...account.orders, ...(state?.lockouts ?? [])]) this.#line(`  ${' '.repeat(22)}${more}`)
    }
  }

  #coloured(line: LogLine): string {
    if (line.event === 'command-sent') {
      const latency = `(${milliseconds(numberOf(line, 'eventToRequestMs'))} ms after the event)`
      return `${line.msg} ${this.#paint('dim', latency)}`
    }
    if (line.event === 'goal-ended') {
      return this.#paint('green', `✓ ${line.msg} (${seconds(numberOf(line, 'tookMs'))})`)
    }
    const colour = COLOURS.get(line.event ?? '')
    return colour === undefined ? line.msg : this.#paint(colour, line.msg)
  }

  /** Long sentences continue below the text, not below the clock. */
  #wrapped(head: string, text: string): void {
    const indent = ' '.repeat(head.length)
    let current = head
    let isFresh = true
    for (const word of text.split(' ')) {
      if (!isFresh && stripVTControlCharacters(`${current} ${word}`).length > WIDTH) {
        this.#line(current)
        current = indent
        isFresh = true
      }
      current += isFresh ? word : ` ${word}`
      isFresh = false
    }
    this.#line(current)
  }

  #paint(style: 'bold' | 'dim' | 'yellow' | 'green' | 'red', text: string): string {
    return styleText(style, text, { stream: this.#out })
  }

  #line(text: string): void {
    this.#out.write(`${text}\n`)
  }
}

/** What matters to somebody who watches: how the boot went, and everything that was found, decided and proved. */
const TOLD: ReadonlySet<string> = new Set([
  'breach-begun',
  'lockout-set',
  'lockout-extended',
  'lockout-ended',
  'command-sent',
  'goal-ended',
  'order-managed',
  'limit-near',
  'drift-found',
  'alert',
  'alert-over',
])

const COLOURS: ReadonlyMap<string, 'yellow' | 'red'> = new Map([
  ['breach-begun', 'yellow'],
  ['lockout-set', 'red'],
  ['lockout-extended', 'red'],
  ['alert', 'red'],
])

function isTold(line: LogLine): boolean {
  if (line.event === 'checkpoint') return checkpointOf(line.msg) !== null
  return line.event !== undefined && TOLD.has(line.event)
}

function tallied({ rule, breaches, lockouts, enforcements, orders }: RuleRecord): string {
  const counts = [breaches, lockouts, enforcements].map((count) => String(count).padEnd(10)).join('')
  return `${rule.padEnd(10)}${counts}${orders === 0 ? '' : `${orders} orders placed, moved or removed`}`.trimEnd()
}

/** The exchange's wall clock, as traders know it. */
function clockText(at: string): string {
  const local = Temporal.Instant.from(at).toZonedDateTimeISO('America/Chicago')
  return local.toPlainTime().toString({ fractionalSecondDigits: 3 })
}

function numberOf(line: LogLine, key: string): number | null {
  const value = line[key]
  return typeof value === 'number' ? value : null
}

function milliseconds(value: number | null): string {
  return value === null ? '–' : value.toFixed(2)
}

function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`
}
