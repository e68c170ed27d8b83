import { RmError } from '@rm/domain'
import { type AuditHead, readTrailLinks, type TrailLinks, verifyAuditFile } from '@rm/state'
import type { Finding } from '../../report/validation-report.ts'

const REMEDY =
  'Stop the daemon, keep the file, and find out who wrote to it: the program alone never does that. "risk-manager audit verify --anchor FILE" compares it with heads kept elsewhere.'

/** What was found out about a trail. */
export interface TrailAnswer {
  /** `null`: the trail cannot be read. */
  readonly links: TrailLinks | null
  readonly records: number
  readonly findings: readonly Finding[]
}

/** Verifies the audit trail of a database, and follows every breach to its outcome. */
export function trailAnswer(file: string, anchors: readonly AuditHead[]): TrailAnswer {
  try {
    const verdict = verifyAuditFile(file, anchors)
    const links = readTrailLinks(file)
    const broken: readonly Finding[] = verdict.ok
      ? []
      : [
          {
            severity: 'error',
            place: `audit record ${verdict.firstBadSeq}`,
            what: `${verdict.kind}: ${verdict.reason}`,
            remedy: REMEDY,
          },
        ]
    const gaps = links.gaps.map(
      ({ subject, what }): Finding => ({ severity: 'error', place: subject, what, remedy: REMEDY }),
    )
    return { links, records: verdict.ok ? verdict.rows : verdict.firstBadSeq - 1, findings: [...broken, ...gaps] }
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    const what = `${error.code}: ${error.message}`
    return {
      links: null,
      records: 0,
      findings: [{ severity: 'error', place: 'audit trail', what, remedy: error.remedy }],
    }
  }
}
