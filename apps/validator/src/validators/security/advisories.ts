import semver from 'semver'
import { z } from 'zod'
import type { LockedPackage } from './locked-packages.ts'

/** How bad a known weakness is, from the mildest. */
export const ADVISORY_SEVERITIES = ['low', 'moderate', 'high', 'critical'] as const
export type AdvisorySeverity = (typeof ADVISORY_SEVERITIES)[number]

/** A known weakness that a locked version has. */
export interface AdvisoryHit {
  readonly id: string
  readonly severity: AdvisorySeverity
  readonly summary: string
  readonly name: string
  readonly version: string
  /** Whether a program carries it; `null`: not told. */
  readonly isShipped: boolean | null
  /** The first version without it; `null`: not told. */
  readonly fixedIn: string | null
}

const Event = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
})

const Affected = z.looseObject({
  package: z.object({ ecosystem: z.string(), name: z.string() }),
  ranges: z.array(z.looseObject({ type: z.string(), events: z.array(Event) })).default([]),
  versions: z.array(z.string()).default([]),
})
type Affected = z.output<typeof Affected>

/** An entry of a database of weaknesses in the OSV format (ossf.github.io/osv-schema), as far as it is needed. */
const Advisory = z.looseObject({
  id: z.string(),
  summary: z.string().default(''),
  withdrawn: z.string().optional(),
  affected: z.array(Affected).default([]),
  database_specific: z.looseObject({ severity: z.string().optional() }).default({}),
})
export type Advisory = z.output<typeof Advisory>

/** A file of advisories: a JSON list of OSV entries. */
export const AdvisoryList = z.array(Advisory)

/** Which of the locked versions have a known weakness. */
export function advisoryHits(
  advisories: readonly Advisory[],
  packages: readonly LockedPackage[],
): readonly AdvisoryHit[] {
  const standing = advisories.filter(({ withdrawn }) => withdrawn === undefined)
  return standing.flatMap((advisory) =>
    advisory.affected
      .filter(({ package: { ecosystem } }) => ecosystem === 'npm')
      .flatMap((affected) =>
        packages
          .filter((locked) => locked.name === affected.package.name && isAffected(locked.version, affected))
          .map(({ name, version, isShipped }) => ({
            id: advisory.id,
            severity: severityOf(advisory.database_specific.severity),
            summary: advisory.summary,
            name,
            version,
            isShipped,
            fixedIn: fixOf(affected),
          })),
      ),
  )
}

/** One whose severity nobody has told counts as the worst. */
export function severityOf(written: string | undefined): AdvisorySeverity {
  const word = written?.toLowerCase()
  return ADVISORY_SEVERITIES.find((severity) => severity === word) ?? 'critical'
}

function isAffected(version: string, { ranges, versions }: Affected): boolean {
  return versions.includes(version) || ranges.some(({ events }) => isInside(version, events))
}

/** The events are a history: the last one up to the version decides. */
function isInside(version: string, events: readonly z.output<typeof Event>[]): boolean {
  return events.reduce((inside, { introduced, fixed, last_affected: last }) => {
    if (introduced !== undefined) return inside || introduced === '0' || semver.gte(version, introduced, LOOSE)
    if (fixed !== undefined) return inside && semver.lt(version, fixed, LOOSE)
    return last === undefined ? inside : inside && semver.lte(version, last, LOOSE)
  }, false)
}

const LOOSE = { loose: true } as const

function fixOf({ ranges }: Affected): string | null {
  const fixes = ranges.flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []))
  return fixes.at(-1) ?? null
}
