import { draftWithoutAccount, formatDiagnostics, loadConfig, type LoadOptions } from '@rm/config'
import { type AccountReport, ControlClient, socketPath } from '@rm/control-api'
import { RmError } from '@rm/domain'
import { EXIT_CODES, exitCodeOf } from '@rm/runtime-pack'
import { visible } from '@rm/runtime-pack/terminal'
import type { CommandResult } from './config-check.ts'
import type { TextStyle } from './text-style.ts'
import { entranceText, isPermission } from './who-may.ts'
import { refusedDraft, writeDraft } from './write-draft.ts'

export interface RemoveOptions extends LoadOptions {
  /** Its name or id, as accounts.yaml has it. */
  readonly account: string
  /** The folder of the daemon's sockets. */
  readonly control: string
  /** Whether a locked account, or one with a position, is taken out too. */
  readonly isHeldTaken: boolean
  readonly style: TextStyle
}

/** What a daemon that runs says of the account; `null`: it does not watch it. */
type Told = { readonly kind: 'answers'; readonly account: AccountReport | null } | { readonly kind: 'silent' }

/** `accounts remove`: an account that is free, unless somebody says otherwise. */
export async function removeAccount({ account, control, isHeldTaken, style, ...options }: RemoveOptions) {
  const before = loadConfig(options)
  if (!before.ok)
    return { output: `${formatDiagnostics(before.diagnostics, style)}\n`, exitCode: EXIT_CODES.configuration }
  const entry = before.accounts.find(({ id, name }) => name === account || String(id) === account)
  if (entry === undefined) {
    const names = before.accounts.map(({ name }) => visible(name)).join(', ')
    return { output: `error: no account ${account}; there is ${names}\n`, exitCode: EXIT_CODES.usage }
  }
  const told = await toldOf(control, entry.id)
  if ('output' in told) return told
  const held = told.kind === 'answers' && told.account !== null ? heldBy(told.account) : null
  if (held !== null && !isHeldTaken)
    return {
      output: `${visible(entry.name)} ${held}; nothing was written.\n  Say it again with --after-reset: it is held to its rules until a daily reset finds it free.\n`,
      exitCode: EXIT_CODES.exception,
    }
  const drafted = draftWithoutAccount(options, account)
  if (drafted.kind !== 'draft') return refusedDraft(drafted, style)
  const written = writeDraft(options, drafted.draft, style)
  if (written.exitCode !== EXIT_CODES.success) return written
  return { output: `${written.output}${whatFollows(visible(entry.name), told)}\n`, exitCode: EXIT_CODES.success }
}

async function toldOf(control: string, entryId: number | string): Promise<Told | CommandResult> {
  const socket = socketPath(control, 'trader')
  await using daemon = new ControlClient(socket)
  try {
    const { accounts } = await daemon.call('report', {})
    return { kind: 'answers', account: accounts.find(({ id, name }) => id === entryId || name === entryId) ?? null }
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    if (isPermission(error.cause))
      return { output: `${entranceText(socket)}\nNothing was written.\n`, exitCode: EXIT_CODES.environment }
    if (error.code === 'DAEMON_UNREACHABLE') return { kind: 'silent' }
    return { output: `${error.code}: ${error.message}\nNothing was written.\n`, exitCode: exitCodeOf(error.failure) }
  }
}

function heldBy({ lockouts, positions }: AccountReport): string | null {
  const [lockout] = lockouts
  if (lockout !== undefined) return `is locked by ${lockout.rule}`
  const open = positions.map(({ signedSize, contract }) => `${signedSize} ${visible(contract)}`)
  return open.length === 0 ? null : `holds ${open.join(', ')}`
}

/** What the daemon makes of it: leaving is as loose as it gets (decision 0015). */
function whatFollows(name: string, told: Told): string {
  if (told.kind === 'answers' && told.account === null)
    return `${name} is not in it any more; the daemon that runs does not watch it.`
  const until = `${name} is held to its rules until the next daily reset that finds it without a lockout; the start after that one no longer watches it.`
  return told.kind === 'answers'
    ? `The daemon that runs reads it at once: ${until}`
    : `No daemon answered. If one was held to it, ${until}`
}
