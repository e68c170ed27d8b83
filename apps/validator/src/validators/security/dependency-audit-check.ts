import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { wallClockMs } from '../../system-clock.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import {
  ADVISORY_SEVERITIES,
  type Advisory,
  type AdvisoryHit,
  advisoryHits,
  AdvisoryList,
  type AdvisorySeverity,
} from './advisories.ts'
import { LOCKFILE, type LockedPackage, readLockedPackages } from './locked-packages.ts'
import { auditByRegistry } from './registry-audit.ts'

/** Looks whether a locked version has a known weakness, by the freshest knowledge that is to be had, and says which that was. */
export const dependencyAuditCheck: Check = {
  id: 'dependency-audit',
  title: 'No library that is locked has a known weakness',
  from: 'quick',
  limitMs: 60_000,
  async run(context) {
    const { subject, criteria, mode, signal } = context
    const packages = readLockedPackages(subject.repository)
    const ageDays = lockfileAgeDays(subject.repository)
    const file = readAdvisoryFile(context)
    const registry = mode === 'quick' ? NOT_ASKED : await auditByRegistry(subject.repository, signal)
    const known = [
      ...(registry.kind === 'answered' ? registry.hits : []),
      ...(file.kind === 'fresh' ? advisoryHits(file.advisories, packages) : []),
    ]
    const isKnown = registry.kind === 'answered' || file.kind === 'fresh'
    const findings = [
      ...unverifiable(packages),
      ...(file.kind === 'unusable' ? [file.finding] : []),
      ...known.map((hit) => hitFinding(hit, criteria.security.advisorySeverity)),
    ]
    const sources = [
      registry.kind === 'answered' ? 'The registry was asked' : `The registry was not asked (${registry.why})`,
      file.kind === 'fresh' ? `${file.advisories.length} advisories of ${file.name} were compared` : file.why,
      isKnown ? 'known weaknesses were looked up' : `only the age of the lockfile speaks, ${ageDays.toFixed(0)} days`,
    ]
    const evidence = `${packages.length} locked libraries. ${sources.join('; ')}.`
    return answer(evidence, findings, [ageMeasure(ageDays, isKnown ? null : criteria.security.lockfileAgeDays)])
  },
}

const NOT_ASKED = { kind: 'silent', why: 'quick runs use no network' } as const
const DAY_MS = 86_400_000

/** By git, which knows when it was last changed; without one by the file's own time. */
function lockfileAgeDays(repository: string): number {
  return (wallClockMs() - lockfileChangedMs(repository)) / DAY_MS
}

function lockfileChangedMs(repository: string): number {
  try {
    const words = ['log', '-1', '--format=%ct', '--', LOCKFILE]
    const seconds = Number(execFileSync('git', words, { cwd: repository, encoding: 'utf8', stdio: 'pipe' }))
    if (seconds > 0) return seconds * 1_000
  } catch {
    // No git, or no history.
  }
  return statSync(path.join(repository, LOCKFILE)).mtimeMs
}

function ageMeasure(days: number, most: number | null): Measure {
  return {
    name: 'age of the lockfile',
    value: Math.round(days * 10) / 10,
    unit: 'days',
    bound: most === null ? null : { kind: 'at most', value: most },
    remedy:
      'Update the libraries, or run --mode standard where the registry can be asked, or put advisories.json there.',
    series: [],
  }
}

const ADVISORY_FILE = 'advisories.json'

type AdvisoryFile =
  | { readonly kind: 'fresh'; readonly name: string; readonly advisories: readonly Advisory[] }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unusable'; readonly why: string; readonly finding: Finding }

/** Beside the configuration, else in `config` of the repository. */
function readAdvisoryFile({ subject, criteria }: CheckContext): AdvisoryFile {
  const places = [subject.configDirectory, path.join(subject.repository, 'config')]
  const name = places.map((folder) => path.join(folder, ADVISORY_FILE)).find((file) => existsSync(file))
  if (name === undefined) return { kind: 'absent', why: `there is no ${ADVISORY_FILE}` }
  const most = criteria.security.advisoryFileAgeDays
  const days = (wallClockMs() - statSync(name).mtimeMs) / DAY_MS
  if (days > most)
    return unusable(name, `it is ${days.toFixed(0)} days old, allowed are ${most}: it counts as none`, 'warning')
  try {
    return { kind: 'fresh', name, advisories: AdvisoryList.parse(JSON.parse(readFileSync(name, 'utf8'))) }
  } catch (error) {
    return unusable(name, error instanceof Error ? error.message : String(error), 'error')
  }
}

function unusable(name: string, what: string, severity: Finding['severity']): AdvisoryFile {
  const remedy = 'Fetch a newer list of OSV entries for npm (osv.dev), as one JSON list, and put it there.'
  return { kind: 'unusable', why: `${ADVISORY_FILE} cannot be used`, finding: { severity, place: name, what, remedy } }
}

/** Of a library that only builds and tests, a weakness is for people to weigh. */
function hitFinding(hit: AdvisoryHit, from: AdvisorySeverity): Finding {
  const { id, severity, summary, name, version, isShipped, fixedIn } = hit
  const isBad = ADVISORY_SEVERITIES.indexOf(severity) >= ADVISORY_SEVERITIES.indexOf(from)
  const where = isShipped === false ? ' (only for building and testing)' : ''
  return {
    severity: isBad && isShipped !== false ? 'error' : 'warning',
    place: `${LOCKFILE} ${name}@${version}`,
    what: `${id}, ${severity}${where}: ${summary}`,
    remedy:
      fixedIn === null
        ? 'No version without it is told: replace the library, or weigh whether its way is used.'
        : `Write ${fixedIn} or newer into the catalog of pnpm-workspace.yaml, and install.`,
  }
}

function unverifiable(packages: readonly LockedPackage[]): readonly Finding[] {
  return packages
    .filter(({ integrity }) => integrity === null)
    .map(({ name, version }) => ({
      severity: 'error',
      place: `${LOCKFILE} ${name}@${version}`,
      what: 'it has no digest, so whatever is delivered under that name would be installed',
      remedy: 'Take it from a registry, and let pnpm write the lockfile anew.',
    }))
}
