import { type ConfiguredAccount, type PlanLimits, PLANS } from '@rm/config'
import { unitsAllowed, unitsOfRoot, unitsPerContract } from '@rm/rules'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext, type NotApplicable } from '../../validator.ts'

/** What bounds the size of each account, against the lots that the firm gives its tier. That it bites is tried elsewhere. */
export const positionLimitsCheck: Check = {
  id: 'position-limits',
  title: 'Every account has an enforced bound of its size, within its tier',
  from: 'quick',
  limitMs: 10_000,
  run: (context) => Promise.resolve(positionLimits(context)),
}

function positionLimits({ config }: CheckContext): Answer | NotApplicable {
  if (!config.ok) return { notApplicable: 'the configuration is refused; the strategy validator says why' }
  const watched = config.accounts.filter(({ enabled }) => enabled)
  const tiered = watched.filter(({ plan }) => plan !== null)
  const bounds = new Set(watched.map(boundOf).filter((bound) => bound !== null))
  const evidence = `${watched.length} accounts, ${tiered.length} of them with a tier of the firm; their bounds: ${[...bounds].join('; ') || 'none'}. Exposure by groups of products is not applicable: no setting makes groups, and RULE-001 counts all products together.`
  return answer(evidence, watched.flatMap(findingsOf))
}

/** Only rules that enforce bound anything. */
function enforcedSizes({
  rules,
}: ConfiguredAccount): Pick<ConfiguredAccount['rules'], 'max_contracts' | 'max_contracts_per_instrument'> {
  const { max_contracts: total, max_contracts_per_instrument: own } = rules
  return {
    ...(total?.mode === 'enforce' ? { max_contracts: total } : {}),
    ...(own?.mode === 'enforce' ? { max_contracts_per_instrument: own } : {}),
  }
}

function boundOf(account: ConfiguredAccount): string | null {
  const { max_contracts: total, max_contracts_per_instrument: own } = enforcedSizes(account)
  const parts = [
    ...(total === undefined
      ? []
      : [`${total.limit} ${total.weighting === 'contracts' ? 'contracts' : 'minis'} in all`]),
    ...(own === undefined
      ? []
      : [
          Object.entries(own.instrument_limits)
            .map(([root, limit]) => `${limit} ${root}`)
            .join(', '),
        ]),
  ]
  return parts.length === 0 ? null : parts.join(' and ')
}

function findingsOf(account: ConfiguredAccount): readonly Finding[] {
  const place = `sizes of ${account.name}`
  const { max_contracts: total, max_contracts_per_instrument: own } = enforcedSizes(account)
  if (total === undefined && own === undefined)
    return [
      {
        severity: 'error',
        place,
        what: 'neither RULE-001 nor RULE-002 is on and enforced, so nothing bounds how much is held',
        remedy: 'Turn on max_contracts or max_contracts_per_instrument with `mode: enforce`.',
      },
    ]
  if (account.plan === null) return []
  const limits = PLANS[account.plan.size]
  const beyond = Object.entries(own?.instrument_limits ?? {}).filter(
    ([root, limit]) => limit > mostOf(root, limits, total),
  )
  return beyond.map(([root, limit]) => ({
    severity: 'error',
    place: `${place}, max_contracts_per_instrument.instrument_limits.${root}`,
    what: `${limit} are allowed; the firm allows ${lotsOf(root, limits)} on a ${account.plan?.size} account and nothing else is tighter`,
    remedy: `Write ${lotsOf(root, limits)} or less.`,
  }))
}

const MICROS_PER_MINI = 10

function lotsOf(root: string, { lots }: PlanLimits): number {
  return Math.floor((lots * MICROS_PER_MINI) / unitsOfRoot(root))
}

/** What of a product may be held before the firm or the limit of all products says no: more is allowed to nobody. */
function mostOf(root: string, limits: PlanLimits, total: ConfiguredAccount['rules']['max_contracts']): number {
  if (total === undefined) return lotsOf(root, limits)
  const allowed = Math.floor(unitsAllowed(total) / unitsPerContract(total, root))
  return allowed <= lotsOf(root, limits) ? Number.POSITIVE_INFINITY : lotsOf(root, limits)
}
