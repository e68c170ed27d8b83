import {
  type AccountType,
  draftAccount,
  formatDiagnostics,
  loadConfig,
  type LoadOptions,
  type PlanSize,
} from '@rm/config'
import { type Account, RmError } from '@rm/domain'
import { EXIT_CODES } from '@rm/runtime-pack'
import { visible } from '@rm/runtime-pack/terminal'
import { programmeOf } from './account-programme.ts'
import { gatewayRefusal, listedBy } from './accounts-list.ts'
import type { CommandResult } from './config-check.ts'
import type { AccountList } from './init-wizard.ts'
import type { TextStyle } from './text-style.ts'
import { refusedDraft, writeDraft } from './write-draft.ts'

export interface AddOptions extends LoadOptions {
  readonly accountsOf: AccountList
  readonly wish: {
    /** The gateway's number or name. */
    readonly account: string
    readonly name: string | null
    readonly type: AccountType | null
    readonly profile: string | null
    readonly plan: PlanSize | null
  }
  readonly style: TextStyle
}

/** `accounts add`: an account that the login has and that can be enforced, written when the folder as a whole is accepted with it. */
export async function addAccount({ accountsOf, wish, style, ...options }: AddOptions): Promise<CommandResult> {
  const before = loadConfig(options)
  if (!before.ok)
    return { output: `${formatDiagnostics(before.diagnostics, style)}\n`, exitCode: EXIT_CODES.configuration }
  let account: Account
  try {
    account = enforceable(wish.account, await listedBy(before, accountsOf))
  } catch (error) {
    return gatewayRefusal(error)
  }
  const { id, name } = account
  // Under its number or its name: the loader sees only what is written the same.
  const twin = before.accounts.find((one) => one.id === id || one.id === name)
  if (twin !== undefined) return usage(`${visible(name)} (${id}) is in accounts.yaml already, as ${visible(twin.name)}`)
  const type = wish.type ?? programmeOf(name)
  if (type === undefined) return usage(`the name ${visible(name)} tells no programme of the firm; say --type`)
  const drafted = draftAccount(options, { ...wish, id, name: wish.name ?? name, type })
  if (drafted.kind !== 'draft') return refusedDraft(drafted, style)
  const written = writeDraft(options, drafted.draft, style)
  if (written.exitCode !== EXIT_CODES.success) return written
  const output = `${written.output}${visible(name)} (${id}) is in it now. A daemon that runs watches it from its next start on.\n`
  return { output, exitCode: EXIT_CODES.success }
}

function enforceable(wanted: string, listed: readonly Account[]): Account {
  const found = listed.filter(({ id, name }) => String(id) === wanted || name === wanted)
  const [account] = found
  if (account === undefined || found.length > 1) {
    const known = listed.map(({ id, name }) => `${name} (${id})`).join(', ')
    throw new RmError('ACCOUNT_NOT_FOUND', `${wanted} is ${found.length} accounts of this login, which has ${known}`)
  }
  if (account.simulated === false)
    throw new RmError('ACCOUNT_NOT_ENFORCEABLE', `${account.name} (${account.id}) is a live account`)
  return account
}

function usage(message: string): CommandResult {
  return { output: `error: ${message}\n`, exitCode: EXIT_CODES.usage }
}
