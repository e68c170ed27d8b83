import { type AuditPage, ControlClient, ROUTES, type RouteOutput, socketPath } from '@rm/control-api'
import { type AccountId, formatInZone } from '@rm/domain'
import { visible, wrapped } from '@rm/runtime-pack/terminal'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { type AskOptions, orderingCommand, tellRefusal } from './ask-daemon.ts'
import { accountNumber, wholeUpTo } from './option-values.ts'
import { painted, style, type TextStyle } from './text-style.ts'

const EXAMPLES = `  $ risk-manager audit list
  $ risk-manager audit list --action setting-changed --last 5
  $ risk-manager audit list --actor admin --account 7001001 --json
  $ risk-manager audit list --order oldest --after 1200 --last 500`

const LAST_MAX = 100_000

interface ListOptions extends AskOptions {
  readonly last: number
  readonly order: 'newest' | 'oldest'
  readonly after?: number
  readonly before?: number
  readonly action?: string
  readonly actor?: string
  readonly account?: AccountId
}

/** `audit list`: what the running daemon wrote down, for the administrator. */
export function auditListCommand(): Command {
  const description = 'Shows records of the audit trail: who did what, when, and with which values.'
  return orderingCommand('list', description, EXAMPLES)
    .option('--last <n>', 'at most so many', wholeUpTo(LAST_MAX), 20)
    .addOption(new Option('--order <order>', 'which come first').choices(['newest', 'oldest']).default('newest'))
    .option('--action <word>', 'of one action, such as lockout-set or panic')
    .option('--actor <word>', 'of one actor: daemon, admin or trader')
    .option('--account <id>', "of one account, by the gateway's number", accountNumber)
    .option('--after <seq>', 'behind this number of the trail', wholeUpTo(Number.MAX_SAFE_INTEGER))
    .option('--before <seq>', 'before this number of the trail', wholeUpTo(Number.MAX_SAFE_INTEGER))
    .action(listAudit)
}

async function listAudit({ control, json, last, ...wish }: ListOptions): Promise<void> {
  const socket = socketPath(control, 'admin')
  await using daemon = new ControlClient(socket)
  try {
    const found = await recordsOf(daemon, wish, last)
    if (json === true) return tell(`${JSON.stringify(z.encode(ROUTES.audit.output, found), null, 2)}\n`)
    const { timeZone } = await daemon.call('report', {})
    tell(auditText(found, timeZone, style()))
  } catch (error) {
    tellRefusal(error, socket, 'admin')
  }
}

/** One answer holds some hundred records, and stops where the daemon has looked long enough. */
const PAGE = 500

async function recordsOf(
  daemon: ControlClient,
  { order, after, before, ...filter }: Omit<ListOptions, 'control' | 'json' | 'last'>,
  wanted: number,
): Promise<RouteOutput<'audit'>> {
  const records: AuditPage['records'] = []
  for (let [low, high] = [after, before]; ; ) {
    const limit = Math.min(PAGE, wanted - records.length)
    const page = await daemon.call('audit', { ...filter, order, after: low, before: high, limit })
    records.push(...page.records)
    if (page.next === null || records.length === wanted) return { ...page, records }
    if (order === 'oldest') low = page.next
    else high = page.next
  }
}

/** A record in one line, with what it says of itself below. */
export function auditText({ head, records, next }: AuditPage, timeZone: string, shown: TextStyle): string {
  if (records.length === 0) return 'no record of that kind\n'
  const lines = records.flatMap(({ seq, at, actor, action, subject, detail }) => {
    const title = `${seq}  ${formatInZone(at, timeZone)}  ${visible(actor)}  ${visible(action)}  ${visible(subject)}`
    const [first = '', ...rest] = wrapped(title, shown.width, 4)
    const details = detailText(detail)
    return [
      painted(first, 'bold', shown),
      ...rest,
      ...(details === '' ? [] : wrapped(`    ${visible(details)}`, shown.width, 4)),
    ]
  })
  const more = next === null ? '' : `; there are more: --last, or go on from ${next}`
  return `${lines.join('\n')}\n\n${records.length} of a trail of ${head.seq}${more}\n`
}

/** `measured -512, limit -500`; what has a shape of its own stays JSON. */
function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return detail === null ? '' : JSON.stringify(detail)
  return Object.entries(detail)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

function tell(text: string): void {
  process.stdout.write(text)
}
