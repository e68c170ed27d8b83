import { type Instant, later, type Severity } from '@rm/domain'
import type { AlertRecord } from '@rm/state'
import type { AlertEvent, AlertFacts } from './alert-of-line.ts'

/** Which alerts a channel gets by itself. */
export interface Route {
  readonly name: string
  readonly minSeverity: Severity
}

/** A critical alert is told again so often, until somebody acknowledges it or it is over (reliability L-12). */
const REPEAT_MS = 5 * 60_000
/** The same condition noticed again within this time is no news. */
const SAME_MS = 5 * 60_000
/** What happens to an incident within this time after a message about it is told in one further message; of one that keeps changing less often. */
const SETTLE_MS = 5_000
const SETTLE_RESTLESS_MS = 60_000
const RESTLESS_REVISIONS = 8
const DETAILS_MAX = 60
/** What is over, or was not noticed for so long, is forgotten. */
const KEPT_MS = 7 * 24 * 60 * 60_000
const KEPT_MAX = 1_000

/** Something that is to be told by a channel now. */
export interface Due {
  readonly record: AlertRecord
  readonly kind: 'begun' | 'update' | 'again' | 'over'
}

/**
 * The incidents of this daemon: what happened becomes incidents, and these say which channel has to tell what, and when. It knows no clock, disk or
 * network; every answer is a function of what it was told.
 */
export class Incidents {
  readonly #routes: readonly Route[]
  readonly #nextId: () => string
  readonly #records = new Map<string, AlertRecord>()
  readonly #changed = new Set<string>()
  readonly #removed = new Set<string>()

  /**
   * @param stored - what earlier runs left
   * @param nextId - ids that no run on this store has given before
   */
  constructor(stored: readonly AlertRecord[], routes: readonly Route[], nextId: () => string) {
    this.#routes = routes
    this.#nextId = nextId
    for (const record of stored) this.#records.set(record.id, this.#routedAnew(record))
  }

  /** All that are known, oldest first. */
  all(): readonly AlertRecord[] {
    return [...this.#records.values()]
  }

  /** Whether something went by this key, and is not forgotten. */
  isKnown(key: string): boolean {
    return this.#find(key, () => true) !== undefined
  }

  /** Whether something goes by this key and is not over. */
  isOpen(key: string): boolean {
    return this.#find(key, ({ overAt }) => overAt === null) !== undefined
  }

  take(event: AlertEvent, now: Instant): void {
    switch (event.kind) {
      case 'begun':
        this.#begin(event.alert, now)
        return
      case 'joined':
        this.#join(event.alert, event.joins.code, now)
        return
      case 'detailed': {
        const record = this.#find(event.key, () => true)
        if (record !== undefined) this.#news({ ...record, details: merged(record.details, event.details) })
        return
      }
      case 'over': {
        const record = this.#find(event.key, ({ overAt }) => overAt === null)
        if (record !== undefined && record.keys[0] === event.key) this.#news({ ...record, overAt: now })
      }
    }
  }

  /** Somebody knows of it: it is not repeated any more. `false`: no such alert. */
  acknowledge(id: string, now: Instant): boolean {
    const record = this.#records.get(id)
    if (record === undefined) return false
    if (record.acknowledgedAt === null) this.#put({ ...record, acknowledgedAt: now })
    return true
  }

  /** What a channel has to tell now: the worst first, then the oldest. */
  due(channel: string, now: Instant): readonly Due[] {
    return this.all()
      .flatMap((record) => dueOf(record, channel, now) ?? [])
      .toSorted((a, b) => rank(b.record.severity) - rank(a.record.severity))
  }

  /** The channel has told these, as they were then. */
  told(channel: string, records: readonly AlertRecord[], now: Instant): void {
    for (const { id, revision } of records) {
      const record = this.#records.get(id)
      if (record !== undefined) this.#put({ ...record, told: { ...record.told, [channel]: { revision, at: now } } })
    }
  }

  /**
   * A channel could not tell these: those that nobody has heard of yet are owed by every other channel as well (reliability P-17).
   *
   * @returns whether any other channel has got something to tell by that
   */
  failed(records: readonly AlertRecord[]): boolean {
    let isOwedAnew = false
    for (const { id } of records) {
      const record = this.#records.get(id)
      if (record === undefined || Object.values(record.told).some(({ at }) => at !== null)) continue
      const missing = this.#routes.filter(({ name }) => record.told[name] === undefined)
      if (missing.length === 0) continue
      this.#put({ ...record, told: { ...record.told, ...owedTo(missing) } })
      isOwedAnew = true
    }
    return isOwedAnew
  }

  /** What has changed since the last call, for the store. */
  takeChanges(now: Instant): { readonly changed: readonly AlertRecord[]; readonly removed: readonly string[] } {
    if (this.#changed.size > 0) this.#forget(now)
    const changed = [...this.#changed].flatMap((id) => this.#records.get(id) ?? [])
    const removed = [...this.#removed]
    this.#changed.clear()
    this.#removed.clear()
    return { changed, removed }
  }

  /** These could not be stored: they are changes still. */
  giveBack({ changed, removed }: ReturnType<Incidents['takeChanges']>): void {
    for (const { id } of changed) if (this.#records.has(id)) this.#changed.add(id)
    for (const id of removed) this.#removed.add(id)
  }

  #begin(alert: AlertFacts, now: Instant): void {
    const known = this.#find(alert.key, (record) => isStanding(record) || now < later(record.lastSeenAt, SAME_MS))
    if (known === undefined) {
      this.#open(alert, now)
      return
    }
    const seen = { ...known, lastSeenAt: now, seenCount: known.seenCount + 1, overAt: null }
    const isWorse = rank(alert.severity) > rank(known.severity)
    const isNews = isWorse || known.overAt !== null || now >= later(known.lastSeenAt, SAME_MS)
    if (!isNews) {
      this.#put(seen)
      return
    }
    const severity = isWorse ? alert.severity : known.severity
    const told = { ...owedTo(this.#routesFor(severity)), ...known.told }
    const { text, details } = alert
    this.#news({ ...seen, severity, text, details, told, acknowledgedAt: isWorse ? null : known.acknowledgedAt })
  }

  /** A lockout belongs to the breach that set it, which was found in the same turn. */
  #join(alert: AlertFacts, code: string, now: Instant): void {
    const origin = this.all().findLast(
      (record) =>
        record.code === code && record.accountId === alert.accountId && now <= later(record.lastSeenAt, SETTLE_MS),
    )
    if (origin === undefined) this.#open(alert, now)
    else this.#news({ ...origin, keys: [...origin.keys, alert.key], details: merged(origin.details, [alert.text]) })
  }

  #open({ key, code, severity, accountId, text, details }: AlertFacts, now: Instant): void {
    const id = this.#nextId()
    this.#put({
      id,
      keys: [key],
      code,
      severity,
      accountId,
      text,
      details,
      begunAt: now,
      lastSeenAt: now,
      seenCount: 1,
      revision: 1,
      overAt: null,
      acknowledgedAt: null,
      told: owedTo(this.#routesFor(severity)),
    })
  }

  #news(record: AlertRecord): void {
    this.#put({ ...record, revision: record.revision + 1 })
  }

  #put(record: AlertRecord): void {
    this.#records.set(record.id, record)
    this.#changed.add(record.id)
  }

  #find(key: string, isMeant: (record: AlertRecord) => boolean): AlertRecord | undefined {
    return this.all().findLast((record) => record.keys.includes(key) && isMeant(record))
  }

  #isOwed({ told, revision }: AlertRecord): boolean {
    return this.#routes.some(({ name }) => (told[name]?.revision ?? revision) < revision)
  }

  #routesFor(severity: Severity): readonly Route[] {
    return this.#routes.filter(({ minSeverity }) => rank(severity) >= rank(minSeverity))
  }

  /** Channels come and go with the configuration; what stands must be owed by one that is there. */
  #routedAnew(record: AlertRecord): AlertRecord {
    if (!isStanding(record) || this.#routes.some(({ name }) => record.told[name] !== undefined)) return record
    return { ...record, told: owedTo(this.#routesFor(record.severity)) }
  }

  #forget(now: Instant): void {
    const surplus = this.#records.size - KEPT_MAX
    for (const [index, record] of this.all().entries()) {
      const isKept = now < later(record.lastSeenAt, KEPT_MS) || this.#isOwed(record)
      if (isKept && index >= surplus) continue
      this.#records.delete(record.id)
      this.#changed.delete(record.id)
      this.#removed.add(record.id)
    }
  }
}

/** Not over, and nobody has acknowledged it. */
function isStanding({ overAt, acknowledgedAt }: AlertRecord): boolean {
  return overAt === null && acknowledgedAt === null
}

function dueOf(record: AlertRecord, channel: string, now: Instant): Due | null {
  const told = record.told[channel]
  if (told === undefined) return null
  if (told.at === null) {
    if (record.acknowledgedAt !== null) return null
    return { record, kind: record.overAt === null ? 'begun' : 'over' }
  }
  if (told.revision < record.revision) {
    const settleMs = record.revision > RESTLESS_REVISIONS ? SETTLE_RESTLESS_MS : SETTLE_MS
    if (now < later(told.at, settleMs)) return null
    return { record, kind: record.overAt === null ? 'update' : 'over' }
  }
  const isToBeRepeated = record.severity === 'critical' && isStanding(record) && now >= later(told.at, REPEAT_MS)
  return isToBeRepeated ? { record, kind: 'again' } : null
}

/** What was known and what came to be known, each line once. */
function merged(known: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...known, ...more])].slice(0, DETAILS_MAX)
}

function owedTo(routes: readonly Route[]): AlertRecord['told'] {
  return Object.fromEntries(routes.map(({ name }) => [name, { revision: 0, at: null }]))
}

const RANKS: Readonly<Record<Severity, number>> = { warning: 0, error: 1, critical: 2 }

function rank(severity: Severity): number {
  return RANKS[severity]
}
