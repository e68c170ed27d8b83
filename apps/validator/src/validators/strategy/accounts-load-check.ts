import type { ConfiguredAccount } from '@rm/config'
import { usd } from '@rm/domain'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext } from '../../validator.ts'
import { constructedRules, idleFinding } from './constructed-rules.ts'
import { diagnosticFinding } from './diagnostic-finding.ts'

/** The configuration as the daemon reads it, with its own checks across files and its lint. */
export const accountsLoadCheck: Check = {
  id: 'accounts-load',
  title: 'Every account loads, and every rule that is on can be made',
  from: 'quick',
  limitMs: 10_000,
  run: (context) => Promise.resolve(loads(context)),
}

function loads({ config }: CheckContext): Answer {
  if (!config.ok)
    return answer('The configuration is refused; a daemon would not start.', config.diagnostics.map(diagnosticFinding))
  const watched = config.accounts.filter(({ enabled }) => enabled)
  const { made, idle, findings } = constructedRules(watched, config)
  const said = [...config.warnings, ...config.lint, ...config.notices].map(diagnosticFinding)
  const evidence = `${watched.length === 1 ? '1 account is' : `${watched.length} accounts are`} watched; ${made} rules of theirs were made with their settings, ${idle.length} are on and limit nothing; ${config.files.length} files were read.`
  return answer(evidence, [...findings, ...idle.map(idleFinding), ...said, ...watched.flatMap(balanceOff)])
}

const THOUSAND_DOLLARS = 10_000_000

/** A Combine starts with the size of its plan. */
function balanceOff({ name, type, plan }: ConfiguredAccount): readonly Finding[] {
  const starting = plan?.startingBalance ?? null
  if (plan === null || starting === null || type !== 'combine') return []
  const size = usd(Number.parseInt(plan.size, 10) * THOUSAND_DOLLARS)
  if (starting === size) return []
  return [
    {
      severity: 'warning',
      place: `accounts.yaml plan of ${name}`,
      what: `the starting balance is ${starting / 10_000} dollars, and a Combine of ${plan.size} starts with ${size / 10_000}`,
      remedy: 'Correct `plan.size` or `plan.starting_balance`: the limits are checked against the size.',
    },
  ]
}
