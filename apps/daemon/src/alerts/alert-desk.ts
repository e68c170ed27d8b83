import { setTimeout as pause } from 'node:timers/promises'
import { type Channel, type ChannelFault, type Notice } from '@rm/alerts'
import { type AccountId, type Breach, formatInstant, type Instant } from '@rm/domain'
import type { AlertRecord, AlertTable } from '@rm/state'
import type { Line, LineLevel, LineQueue } from '../line-queue.ts'
import { alertOf, keyOf } from './alert-of-line.ts'
import { Delivery, type DeliveryPort } from './delivery.ts'
import type { Disguise } from './disguise.ts'
import { type Due, Incidents } from './incidents.ts'

export interface AlertDeskOptions {
  readonly channels: readonly Channel[]
  readonly table: AlertTable
  /** Number of this run: the ids of its alerts carry it. */
  readonly epoch: number
  readonly lines: LineQueue
  readonly disguise: Disguise
  readonly now: () => Instant
}

/** What happens within this time is written and told at once: a breach, its lockout, and those of other accounts. Never on the event path. */
const GATHER_MS = 50
/** How often it is looked for alerts to be repeated. */
const LOOK_MS = 1_000
/** A stop does not wait longer for a receiver; what it owes is told by the next run. */
const LAST_WORDS_MS = 700

/**
 * Where every alert of this daemon passes on its way to people: it follows the log, keeps the incidents in the store, and has each channel tell what
 * it owes. What cannot be stored is told all the same.
 */
export class AlertDesk {
  readonly #options: AlertDeskOptions
  readonly #incidents: Incidents
  readonly #deliveries: readonly Delivery[]
  readonly #timer: NodeJS.Timeout
  #gathering: NodeJS.Timeout | null = null
  #given = 0
  #isStored = true

  /** Takes up what earlier runs owe, and follows the log. */
  constructor(options: AlertDeskOptions) {
    this.#options = options
    const { channels, table, epoch, lines } = options
    this.#incidents = new Incidents(table.load(), channels, () => {
      this.#given += 1
      return `${epoch}-${this.#given}`
    })
    this.#deliveries = channels.map((channel) => new Delivery(channel, this.#port))
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
    lines.follow((line) => this.#take(line))
    this.#gather()
  }

  /** All alerts that are known, oldest first: those that stand, and those of the last days. */
  list(): readonly AlertRecord[] {
    return this.#incidents.all()
  }

  /** Somebody knows of an alert: it is not repeated any more. `false`: there is none of that id. */
  acknowledge(id: string): boolean {
    const isKnown = this.#incidents.acknowledge(id, this.#options.now())
    this.#store()
    return isKnown
  }

  /** Whether this condition stands, as far as people were told. */
  isOpen(code: string, accountId: AccountId | null): boolean {
    return this.#incidents.isOpen(keyOf(code, accountId))
  }

  /** Breaches that are stored, of which a run that was killed may not have told. */
  adopt(breaches: readonly Breach[]): void {
    for (const { id, rule, alert, accountId, measured, limit, message, cause } of breaches) {
      const key = keyOf(alert ?? id, accountId)
      if (alert === null ? this.#incidents.isKnown(key) : this.#incidents.isOpen(key)) continue
      const details = [`measured ${measured}, limit ${limit}`, `triggered by ${cause}`]
      const facts = {
        key,
        code: alert ?? rule,
        severity: 'error',
        accountId,
        text: `${rule}: ${message}`,
        details,
      } as const
      this.#incidents.take({ kind: 'begun', alert: facts }, this.#options.now())
    }
    this.#gather()
  }

  /** Tells what can be told in a moment, and leaves the rest to the next run. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#gathering !== null) clearTimeout(this.#gathering)
    this.#look()
    const ended = Promise.all(this.#deliveries.map((delivery) => delivery.stop()))
    await Promise.race([ended, pause(LAST_WORDS_MS)])
  }

  #take(line: Line): void {
    const event = alertOf(line)
    if (event === null) return
    this.#incidents.take(event, this.#options.now())
    this.#gather()
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null
      this.#look()
    }, GATHER_MS).unref()
  }

  #look(): void {
    this.#store()
    for (const delivery of this.#deliveries) delivery.look()
  }

  /** Before anything of it is told, so that the next run tells nothing twice without need. */
  #store(): void {
    const changes = this.#incidents.takeChanges(this.#options.now())
    if (changes.changed.length === 0 && changes.removed.length === 0) return
    try {
      this.#options.table.save(changes.changed, changes.removed)
      if (!this.#isStored)
        this.#say('info', `Alert over: ${UNSTORED}: alerts are stored again`, { event: 'alert-over', alert: UNSTORED })
      this.#isStored = true
    } catch (error) {
      this.#incidents.giveBack(changes)
      const reason = error instanceof Error ? error.message : String(error)
      const facts = { event: 'alert', alert: UNSTORED, severity: 'error' }
      if (this.#isStored)
        this.#say('error', `Alert: alerts cannot be stored and are lost with this process: ${reason}`, facts)
      this.#isStored = false
    }
  }

  readonly #port: DeliveryPort = {
    due: (channel) => this.#incidents.due(channel, this.#options.now()),
    noticeOf: (due) => this.#noticeOf(due),
    told: (channel, records) => {
      this.#incidents.told(channel, records, this.#options.now())
      this.#store()
    },
    failed: (records) => {
      if (this.#incidents.failed(records)) this.#gather()
    },
    isDown: (channel, fault) => this.#tellDown(channel, fault),
    isUp: (channel) => {
      const facts = { event: 'alert-over', alert: failing(channel) }
      this.#say('info', `Alert over: ${failing(channel)}: alerts reach ${channel} again`, facts)
    },
  }

  #tellDown(channel: string, fault: ChannelFault): void {
    const facts = { event: 'alert', alert: failing(channel), severity: 'warning' }
    this.#say('warn', `Alert: alerts do not reach ${channel}: ${fault.message}; they are kept and tried again`, facts)
  }

  #noticeOf({ record, kind }: Due): Notice {
    const { disguise, now } = this.#options
    const { id, revision, severity, code, accountId, begunAt, seenCount, text, details } = record
    return {
      id,
      revision,
      kind,
      severity,
      code,
      account: accountId === null ? null : disguise.account(accountId),
      at: formatInstant(now()),
      begunAt: formatInstant(begunAt),
      seenCount,
      text: disguise.sentence(code, text),
      details: details.map((line) => disguise.text(line)),
    }
  }

  #say(level: LineLevel, message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: null, facts })
  }
}

const UNSTORED = 'alerts-unstored'

function failing(channel: string): string {
  return `${channel}-failing`
}
