import { type Instant, instantOf } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { AuditVerdict } from './verify-chain.ts'

/**
 * Whether every lockout that the trail set, and did not end, stands in the store at least as long: whoever ends one in its table leaves the trail as it
 * was. Not the other way round, since a lockout may be added from a copy that outlived the database.
 *
 * @returns the first record that the store contradicts, or `null`
 */
export function contradictedLockout(database: Database): AuditVerdict | null {
  for (const stored of database.prepare(LAST_WORDS).iterate()) {
    const { seq, subject, until, found, ended_at, end_at } = LastWord.parse(stored)
    const reason = contradiction({ found, endedAt: ended_at, endAt: end_at }, until)
    if (reason === null) continue
    return { ok: false, firstBadSeq: seq, kind: 'contradicted', reason: `${subject} ${reason}` }
  }
  return null
}

interface Standing {
  readonly found: string | null
  readonly endedAt: number | null
  readonly endAt: number | null
}

function contradiction({ found, endedAt, endAt }: Standing, until: Instant | null): string | null {
  if (found === null) return 'stands by this record, and the store has no such lockout'
  if (endedAt !== null) return 'stands by this record, and the store has it ended'
  if (until !== null && endAt !== null && endAt < until) return 'stands longer by this record than the store has it'
  return null
}

/** The newest record of each lockout, unless that ended it, beside what the store has of it. */
const LAST_WORDS = `
  SELECT audit.seq, audit.subject, json_extract(audit.detail, '$.until') AS until, lockout.id AS found, lockout.ended_at, lockout.end_at
  FROM (SELECT max(seq) AS seq FROM audit WHERE action IN ('lockout-set', 'lockout-extended', 'lockout-ended') GROUP BY subject) AS last
  JOIN audit ON audit.seq = last.seq
  LEFT JOIN lockout ON lockout.account_id = audit.account_id AND lockout.id = audit.subject
  WHERE audit.action <> 'lockout-ended'
  ORDER BY audit.seq`

const LastWord = z.object({
  seq: z.int(),
  subject: z.string(),
  until: z.string().transform(instantOf).nullable(),
  found: z.string().nullable(),
  ended_at: z.int().nullable(),
  end_at: z.int().nullable(),
})
