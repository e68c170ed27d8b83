import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic, LoadedConfig, PlanSize, RefusedConfig } from '@rm/config'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { rehearsalConfig } from '../../rehearsal/rehearsal-config.ts'
import { loadCopy } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext, type NotApplicable } from '../../validator.ts'
import { constructedRules, idleFinding } from './constructed-rules.ts'
import { diagnosticFinding } from './diagnostic-finding.ts'

/** Profiles are for an account size, so that an account with one is held against the firm's plan of that size, also where nobody stated it. */
export const tiersCheck: Check = {
  id: 'tiers',
  title: 'Every account and every profile keeps the limits of its tier',
  from: 'quick',
  limitMs: 15_000,
  run: (context) => Promise.resolve(tiers(context)),
}

function tiers(context: CheckContext): Answer | NotApplicable {
  if (!context.config.ok) return { notApplicable: 'the configuration is refused; the first question says why' }
  const accounts = accountsByTier(context)
  const profiles = everyProfile(context)
  const evidence = `Accounts without a stated plan that were held against the plan of their profile's size: ${accounts.count}. Profiles that were loaded for each programme of the firm: ${profiles.names.join(', ')}, with ${profiles.made} rules.`
  return answer(evidence, [...accounts.findings, ...profiles.findings])
}

const Entry = z.looseObject({ profile: z.string().nullish(), plan: z.unknown().optional() })
const AccountsFile = z.looseObject({ accounts: z.array(Entry).optional(), monitored_account: Entry.optional() })
const RiskFile = z.looseObject({ profile: z.string().nullish() })

const SIZES = ['50k', '100k', '150k'] as const satisfies readonly PlanSize[]

function sizeOf(profile: string | null | undefined): PlanSize | null {
  return SIZES.find((size) => profile?.replace(/\.ya?ml$/, '').endsWith(`-${size}`)) ?? null
}

/** Accounts whose profile is for a size, with the plan of that size stated. */
function accountsByTier(context: CheckContext): { readonly count: number; readonly findings: readonly Finding[] } {
  const directory = copyOf(context, context.subject.configDirectory, 'accounts')
  const file = path.join(directory, 'accounts.yaml')
  const written = AccountsFile.parse(parse(readFileSync(file, 'utf8')))
  const shared = riskFile(directory).profile
  let count = 0
  const planned = (entry: z.infer<typeof Entry>): z.infer<typeof Entry> => {
    const size = sizeOf(entry.profile ?? shared)
    if (size === null || (entry.plan !== undefined && entry.plan !== null)) return entry
    count += 1
    return { ...entry, plan: { size } }
  }
  const { accounts, monitored_account: single, ...rest } = written
  writeFileSync(
    file,
    stringify({
      ...rest,
      ...(accounts === undefined ? {} : { accounts: accounts.map(planned) }),
      ...(single === undefined ? {} : { monitored_account: planned(single) }),
    }),
  )
  if (count === 0) return { count, findings: [] }
  return { count, findings: beyondTier(loadCopy(directory, context.subject.environment)) }
}

interface Profiles {
  readonly names: readonly string[]
  readonly made: number
  readonly findings: readonly Finding[]
}

const PROGRAMMES = ['combine', 'express'] as const

/** Each profile on an account for each programme that has such a plan; those that ship where the configuration has none. */
function everyProfile(context: CheckContext): Profiles {
  const { configDirectory, repository, environment } = context.subject
  const own = path.join(configDirectory, 'profiles')
  const source = existsSync(own) ? configDirectory : path.join(repository, 'config')
  const names = readdirSync(path.join(source, 'profiles'))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
  const directory = copyOf(context, source, 'profiles')
  const accounts = names.flatMap((name) => {
    const size = sizeOf(name)
    const programmes = size === null ? (['practice'] as const) : PROGRAMMES
    return programmes.map((type) => ({ type, size, name }))
  })
  const { topstepx } = z
    .looseObject({ topstepx: z.unknown() })
    .parse(parse(readFileSync(path.join(directory, 'accounts.yaml'), 'utf8')))
  writeFileSync(
    path.join(directory, 'accounts.yaml'),
    stringify({
      topstepx,
      accounts: accounts.map(({ type, size, name }, index) => ({
        id: FIRST_ID + index,
        name: `profile ${name} on ${type}`,
        account_type: type,
        profile: `profiles/${name}`,
        ...(size === null ? {} : { plan: { size } }),
      })),
    }),
  )
  const loaded = loadCopy(directory, environment)
  if (!loaded.ok) return { names, made: 0, findings: beyondTier(loaded) }
  const { made, idle, findings } = constructedRules(loaded.accounts, loaded)
  return { names, made, findings: [...findings, ...idle.map(idleFinding), ...inProfiles(loaded)] }
}

const FIRST_ID = 9_600_001

/** What the checks across the files find wrong. */
function beyondTier(read: LoadedConfig | RefusedConfig): readonly Finding[] {
  const all: readonly Diagnostic[] = read.ok ? [...read.warnings, ...read.lint] : read.diagnostics
  return all.filter(({ severity }) => severity !== 'notice').map(diagnosticFinding)
}

/** Beside a profile that no account uses, the other files may be as they are. */
function inProfiles({ warnings, lint }: LoadedConfig): readonly Finding[] {
  const own = [...warnings, ...lint].filter(({ severity, layer }) => severity !== 'notice' && layer === 'profile')
  return own.map(diagnosticFinding)
}

function copyOf({ scratch }: CheckContext, source: string, name: string): string {
  const directory = path.join(scratch, name)
  mkdirSync(scratch, { recursive: true })
  rehearsalConfig(source, directory)
  return directory
}

function riskFile(directory: string): z.infer<typeof RiskFile> {
  return RiskFile.parse(parse(readFileSync(path.join(directory, 'risk_config.yaml'), 'utf8')) ?? {})
}
