import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type AuditHead, AuditRow, GENESIS, linkOf, readHead, SELECT_RECORDS } from './audit-chain.ts'
import type { AuditTable } from './schema.ts'

/**
 * What was done to the trail. `rewritten`: every hash fits, so somebody computed the chain anew; only a head that was kept elsewhere shows
 * it, and not what exactly was changed. `contradicted`: the trail is sound, and the store has a lockout otherwise.
 */
export type AuditFault = 'edited' | 'deleted' | 'inserted' | 'reordered' | 'truncated' | 'rewritten' | 'contradicted'

/** What a walk over the whole chain found. */
export type AuditVerdict =
  | { readonly ok: true; readonly rows: number; readonly head: string }
  | { readonly ok: false; readonly firstBadSeq: number; readonly kind: AuditFault; readonly reason: string }

/**
 * Walks the whole chain and names the first record that is not what was written.
 *
 * @param anchors - heads that were told at some time and kept elsewhere, in any order
 */
export function verifyChain(database: Database, anchors: readonly AuditHead[]): AuditVerdict {
  const due = new Anchors(anchors)
  let seq = 0
  let previous = GENESIS
  let misfit: AuditTable | null = null
  for (const stored of database.prepare(SELECT_RECORDS).iterate()) {
    const row = AuditRow.safeParse(stored)
    if (!row.success) return broken(seq + 1, 'edited', `cannot be read: ${z.prettifyError(row.error)}`)
    if (!follows(row.data, seq + 1, previous)) {
      misfit = row.data
      break
    }
    seq += 1
    previous = row.data.hash
    if (!due.agree(seq, previous)) return broken(due.agreedUpTo + 1, 'rewritten', rewrittenBy(seq, due.agreedUpTo))
  }
  if (misfit !== null) return new Misfit(database, misfit, seq + 1, previous).verdict()
  const head = readHead(database)
  if (seq < head.seq) return broken(seq + 1, 'truncated', `missing: the head stands at ${head.seq}`)
  if (seq > head.seq) return broken(head.seq + 1, 'inserted', `behind the head, which stands at ${head.seq}`)
  if (previous !== head.hash) return broken(seq, 'edited', 'the head has another hash')
  if (due.newest > seq) return broken(seq + 1, 'truncated', `missing: an anchor stands at ${due.newest}`)
  return { ok: true, rows: seq, head: previous }
}

function broken(firstBadSeq: number, kind: AuditFault, reason: string): AuditVerdict {
  return { ok: false, firstBadSeq, kind, reason }
}

function follows(row: AuditTable, due: number, previous: string): boolean {
  return row.seq === due && row.prev_hash === previous && row.hash === linkOf(previous, row)
}

function rewrittenBy(seq: number, agreedUpTo: number): string {
  const since = agreedUpTo === 0 ? 'no anchor before it' : `the anchor at ${agreedUpTo} still agrees`
  return `the anchor at ${seq} has another hash, ${since}: the records between were changed and the chain computed anew`
}

/** Heads that were kept elsewhere, met in their order on the way along the chain. */
class Anchors {
  readonly #heads: readonly AuditHead[]
  #next = 0
  /** The last record that an anchor vouches for; 0: none yet. */
  agreedUpTo = 0

  constructor(heads: readonly AuditHead[]) {
    this.#heads = heads.toSorted((a, b) => a.seq - b.seq)
  }

  get newest(): number {
    return this.#heads.at(-1)?.seq ?? 0
  }

  /** Whether all anchors of this record name its hash. */
  agree(seq: number, hash: string): boolean {
    for (let head = this.#heads[this.#next]; head !== undefined && head.seq <= seq; head = this.#heads[this.#next]) {
      if (head.seq === seq && head.hash !== hash) return false
      if (head.seq === seq) this.agreedUpTo = seq
      this.#next += 1
    }
    return true
  }
}

/** So many records may have been cut out before one that moved up; beyond that the record is called edited. */
const GAP_MAX = 10_000

const Seq = z.int().optional()

/** The first record that does not follow the one before it, and what its surroundings say about the reason. */
class Misfit {
  readonly #database: Database
  readonly #row: AuditTable
  readonly #due: number
  readonly #previous: string

  /**
   * @param due - the number that the record should have
   * @param previous - the hash that it should follow
   */
  constructor(database: Database, row: AuditTable, due: number, previous: string) {
    this.#database = database
    this.#row = row
    this.#due = due
    this.#previous = previous
  }

  verdict(): AuditVerdict {
    const { seq, prev_hash: follower } = this.#row
    const due = this.#due
    if (seq < due) return broken(seq, 'inserted', 'numbers begin with 1')
    if (seq === due && follower === this.#previous) return broken(due, 'edited', 'its content does not match its hash')
    const moved = this.#first('SELECT min(seq) FROM audit WHERE prev_hash = ? AND seq > ?', this.#previous, due)
    if (moved !== null)
      return broken(due, 'reordered', `does not follow the record before it; what followed stands at ${moved}`)
    if (seq > due) return broken(due, 'deleted', `missing: the next record is ${seq}`)
    return this.#ofStranger()
  }

  /** It has the right number, and nothing follows the record before it. */
  #ofStranger(): AuditVerdict {
    const row = this.#row
    const due = this.#due
    if (this.#isGenuineAs(due)) return this.#ofNeighbours()
    const before = this.#first('SELECT max(seq) FROM audit WHERE hash = ? AND seq < ?', row.prev_hash, due)
    if (before !== null && this.#isGenuineAs(before + 1)) {
      const copied = this.#first('SELECT max(seq) FROM audit WHERE hash = ? AND seq < ?', row.hash, due)
      return broken(
        copied === null ? before + 1 : due,
        'inserted',
        'does not follow the record before it; a record was put in',
      )
    }
    for (let seq = due + 1; seq <= due + GAP_MAX; seq += 1)
      if (this.#isGenuineAs(seq))
        return broken(due, 'deleted', `does not follow the record before it; what stands here was record ${seq}`)
    return broken(due, 'edited', 'does not follow the record before it')
  }

  /** It fits its own hash but names another record before it: one of the two was given a new hash, and the next record knows which. */
  #ofNeighbours(): AuditVerdict {
    const next = this.#first('SELECT min(seq) FROM audit WHERE prev_hash = ? AND seq > ?', this.#row.hash, this.#due)
    const isTrusted = next !== null || readHead(this.#database).hash === this.#row.hash
    if (!isTrusted || this.#due === 1) return broken(this.#due, 'edited', 'does not follow the record before it')
    return broken(this.#due - 1, 'edited', `record ${this.#due} follows another content than the one that stands here`)
  }

  #isGenuineAs(seq: number): boolean {
    return this.#row.hash === linkOf(this.#row.prev_hash, { ...this.#row, seq })
  }

  #first(sql: string, hash: string, seq: number): number | null {
    return Seq.nullable().parse(this.#database.prepare(sql).pluck().get(hash, seq)) ?? null
  }
}
