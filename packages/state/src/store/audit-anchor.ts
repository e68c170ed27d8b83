import { z } from 'zod'
import type { AuditHead } from './audit-chain.ts'

/** The facts of a line that tells where the audit trail stands; the same in the log and in an anchor file. */
export function auditHeadFacts({ seq, hash }: AuditHead): AuditHeadFacts {
  return { event: 'audit-head', seq, hash }
}

/**
 * The heads that a file names: an anchor file, a log of the daemon, or a copy of either. Other lines are passed over, as is one that a power cut
 * left half.
 */
export function readAnchors(text: string): readonly AuditHead[] {
  return text.split('\n').flatMap((line) => {
    if (!line.includes('"audit-head"')) return []
    const head = AnchorLine.safeParse(jsonOf(line))
    return head.success ? [{ seq: head.data.seq, hash: head.data.hash }] : []
  })
}

// A type and not an interface: the facts of a log line are an open record, which an interface is not assignable to.
type AuditHeadFacts = { readonly event: 'audit-head'; readonly seq: number; readonly hash: string }

const AnchorLine = z.object({
  event: z.literal('audit-head'),
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
