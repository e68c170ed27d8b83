import { hash } from 'node:crypto'
import type { AccountId, AuditEntry, Instant } from '@rm/domain'
import { RmError } from '@rm/domain'
import type { Database, Statement } from 'better-sqlite3'
import { z } from 'zod'
import { canonicalJson } from './canonical-json.ts'
import { readRow } from './columns.ts'
import type { AuditTable } from './schema.ts'

/** The last link: how many records there are, and the hash that stands for all of them. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

/** The turn that a record belongs to. */
export interface AuditOrigin {
  readonly accountId: AccountId
  readonly cause: string
}

/**
 * The audit trail: records numbered from 1 without a gap, each with `hash = SHA-256(hash before it ‖ canonical JSON of the record)`,
 * hashes in hexadecimal, 64 zeros before the first (reliability 3.8).
 *
 * What somebody changes, removes or reorders shows here. That the whole file is an older one does not: only a head kept elsewhere shows that.
 */
export class AuditChain {
  readonly #epoch: number
  readonly #insert: Statement<AuditColumns>
  readonly #moveHead: Statement<[AuditHead]>
  #head: AuditHead

  constructor(database: Database, epoch: number) {
    this.#epoch = epoch
    this.#insert = database.prepare(
      `INSERT INTO audit (seq, epoch, at, account_id, cause, actor, action, subject, detail, prev_hash, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#moveHead = database.prepare('UPDATE audit_head SET seq = @seq, hash = @hash WHERE id = 1')
    this.#head = readHead(database)
  }

  get head(): AuditHead {
    return this.#head
  }

  /** Appends inside the transaction that is open. Where that ends in a rollback, {@link rewind} has to follow. */
  append(entries: readonly AuditEntry[], at: Instant, origin: AuditOrigin | null): void {
    if (entries.length === 0) return
    let { seq, hash: previous } = this.#head
    for (const entry of entries) {
      seq += 1
      const record = {
        seq,
        epoch: this.#epoch,
        at,
        account_id: origin?.accountId ?? null,
        // Half a surrogate pair would come back from the file as another character, and the record with another hash.
        cause: origin?.cause.toWellFormed() ?? null,
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject.toWellFormed(),
        detail: canonicalJson(entry.detail),
      }
      const link = linkOf(previous, record)
      // By place: binding by name took a third of the time of the hottest statement.
      this.#insert.run(
        seq,
        record.epoch,
        at,
        record.account_id,
        record.cause,
        record.actor,
        record.action,
        record.subject,
        record.detail,
        previous,
        link,
      )
      previous = link
    }
    this.#head = { seq, hash: previous }
    this.#moveHead.run(this.#head)
  }

  rewind(head: AuditHead): void {
    this.#head = head
  }
}

/**
 * The check at every start: the newest record hashes to the head. Throws `RmError` STORE_CORRUPT. Older records are the business of
 * `verifyChain`, which reads them all.
 */
export function checkHead(database: Database): void {
  const head = readHead(database)
  const last = database.prepare(`${SELECT_RECORDS} DESC LIMIT 1`).get()
  const fault = last === undefined ? faultOfEmptyChain(head) : faultOfLast(readRow('audit', AuditRow, last), head)
  if (fault === null) return
  throw new RmError('STORE_CORRUPT', `the audit trail in ${database.name} is broken: ${fault}`, {
    path: database.name,
    head,
  })
}

/** The hash of one record, by which two copies of a trail are told apart; `null` when there is no such record. */
export function recordHash(database: Database, seq: number): string | null {
  return database.prepare<[number], string>('SELECT hash FROM audit WHERE seq = ?').pluck().get(seq) ?? null
}

/** In the order of the insert. */
type AuditColumns = [
  seq: number,
  epoch: number,
  at: number,
  accountId: number | null,
  cause: string | null,
  actor: string,
  action: string,
  subject: string,
  detail: string,
  prevHash: string,
  hash: string,
]

/** What stands before the first record. */
export const GENESIS = '0'.repeat(64)
export const SELECT_RECORDS = 'SELECT * FROM audit ORDER BY seq'

export const AuditRow = z.object({
  seq: z.int(),
  epoch: z.int(),
  at: z.int(),
  account_id: z.int().nullable(),
  cause: z.string().nullable(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
})

const Head = z.object({ seq: z.int(), hash: z.string() })

export function readHead(database: Database): AuditHead {
  return readRow('audit_head', Head, database.prepare('SELECT seq, hash FROM audit_head WHERE id = 1').get())
}

function faultOfEmptyChain(head: AuditHead): string | null {
  return head.seq === 0 && head.hash === GENESIS ? null : `the head stands at ${head.seq} and there is no record`
}

function faultOfLast(last: AuditTable, head: AuditHead): string | null {
  if (last.seq !== head.seq) return `the head stands at ${head.seq} and the newest record is ${last.seq}`
  if (last.hash !== head.hash) return 'the head has another hash'
  return last.hash === linkOf(last.prev_hash, last) ? null : 'the newest record does not match its hash'
}

/** The hash of a record that follows another. `detail` is canonical text already and goes in as it is; the members stand in the order of their names. */
export function linkOf(previous: string, record: Omit<AuditTable, 'prev_hash' | 'hash'>): string {
  const account = `"account_id":${record.account_id}`
  const actor = `"actor":${JSON.stringify(record.actor)}`
  const action = `"action":${JSON.stringify(record.action)}`
  const cause = `"cause":${JSON.stringify(record.cause)}`
  const subject = `"subject":${JSON.stringify(record.subject)}`
  const text = `{${account},${action},${actor},"at":${record.at},${cause},"detail":${record.detail},"epoch":${record.epoch},"seq":${record.seq},${subject}}`
  return hash('sha256', previous + text, 'hex')
}
