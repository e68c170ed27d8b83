import path from 'node:path'
import { HEALTH_PATH, METRICS_PATH, PROBLEM_TYPE, type RouteName, ROUTES, socketPath } from '@rm/control-api'
import pLimit from 'p-limit'
import { awaitCondition, type Patience } from '../../rehearsal/await-condition.ts'
import { changeCopy, limitLosses } from '../../rehearsal/change-copy.ts'
import { freePort } from '../../rehearsal/free-port.ts'
import { frontMonth } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext, type Mode } from '../../validator.ts'
import { dataRights } from './file-rights.ts'
import { hostileCalls } from './hostile-calls.ts'
import { callText, rawCall } from './raw-call.ts'

/** Locks an account, and then tries as the trader and as an attacker to get at it by the local API. */
export const localApiCheck: Check = {
  id: 'local-api',
  title: 'The local API keeps roles, rate and lock, and bears whatever is sent to it',
  from: 'quick',
  limitMs: 120_000,
  async run(context) {
    // The lock is of the copied configuration, and the trader's socket has the name that a folder of its own gives it.
    const monitoringPort = await freePort()
    const rehearsal = await Rehearsal.set(context, {
      prepare(configDirectory) {
        limitLosses(configDirectory)
        changeCopy(configDirectory, 'risk_config.yaml', (document) =>
          document.setIn(['general', 'control', 'monitoring_port'], monitoringPort),
        )
      },
    })
    const daemon = await rehearsal.startDaemon()
    const locked = await lockFirstAccount(rehearsal, daemon, context)
    const folder = path.join(rehearsal.dataDirectory, 'control')
    const trader = socketPath(folder, 'trader')
    const rights = process.platform === 'win32' ? { count: 0, findings: [] } : dataRights(rehearsal.dataDirectory)
    const roles = await roleFindings(trader)
    const rate = await rateFindings(trader)
    const foreign = await foreignFindings(monitoringPort)
    context.tell('the local API is sent what it does not expect')
    const calls = hostileCalls(CALLS[context.mode], SEED)
    const fuzz = await hostileFindings(socketPath(folder, 'admin'), calls, context.signal)
    const after = await aliveFindings(rehearsal, daemon, locked, context)
    const evidence = [
      `${ADMIN_ROUTES.length} routes of the administrator were called on the trader's socket`,
      `${BURST} calls were sent at once, of which ${rate.refused} were refused with 429`,
      `${calls.length} hostile calls (seed ${SEED}) got ${fuzz.seen}`,
      `${rights.count} files of its data folder were looked at`,
      `the locked account ${locked.accountId} stayed locked`,
    ]
    const findings = [...rights.findings, ...roles, ...rate.findings, ...foreign, ...fuzz.findings, ...after]
    return answer(`${evidence.join('; ')}.`, findings)
  },
}

const SEED = 6
const CALLS: Readonly<Record<Mode, number>> = { quick: 200, standard: 1_500, thorough: 10_000 }
/** More than the trader's socket lets through in a second (reliability X-10). */
const BURST = 60

interface LockedAccount {
  readonly accountId: number
  readonly contractId: string
}

/** The day's loss limit of the copy is a dollar, and whoever trades pays more than that. */
async function lockFirstAccount(
  rehearsal: Rehearsal,
  daemon: RehearsedDaemon,
  context: CheckContext,
): Promise<LockedAccount> {
  const accountId = rehearsal.accounts[0]?.id
  if (accountId === undefined) throw new Error('the configuration watches no account')
  const contractId = await frontMonth(rehearsal, 'ES')
  await rehearsal.venue.place({ accountId, contractId, side: 'buy', size: 1 })
  await rehearsal.venue.move(contractId, -8)
  const patience = patienceOf(context)
  const isLock = ({ event, accountId: id, rule }: RehearsedDaemon['lines'][number]): boolean =>
    event === 'lockout-set' && id === accountId && rule === 'RULE-003'
  await daemon.awaitLine('the lockout of RULE-003', isLock, patience)
  const isFlat = async (): Promise<boolean> => (await rehearsal.venue.positions(accountId)).size === 0
  await daemon.awaiting('the flat account', isFlat, patience)
  return { accountId, contractId }
}

function patienceOf({ criteria, signal }: CheckContext): Patience {
  return { withinMs: criteria.reliability.enforcementMs, signal }
}

const ADMIN_ROUTES = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].role === 'admin')

/** What each route would take from the administrator. `stop` comes last: one that is admitted ends everything. */
const INPUTS: Partial<Readonly<Record<RouteName, object>>> = {
  acknowledge: { id: 'none' },
  panic: { account: 'all', reason: 'validation' },
  stop: { yes: true },
}

async function roleFindings(trader: string): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const name of ADMIN_ROUTES.toSorted((a, b) => Number(a === 'stop') - Number(b === 'stop'))) {
    const { method, path: place } = ROUTES[name]
    const body = method === 'POST' ? JSON.stringify(INPUTS[name] ?? {}) : ''
    const { status, type } = await rawCall(trader, callText(method, place, body))
    if (status !== 403 || type !== PROBLEM_TYPE)
      findings.push({
        severity: 'error',
        place: `trader.sock ${method} ${place}`,
        what: `it answered ${status ?? 'nothing'} ${type} where only the administrator may call: expected 403`,
        remedy: 'Do not deploy this build: whoever trades on this machine could order the daemon about.',
      })
  }
  return findings
}

async function rateFindings(
  trader: string,
): Promise<{ readonly refused: number; readonly findings: readonly Finding[] }> {
  const call = callText('GET', ROUTES.report.path)
  const answers = await Promise.all(Array.from({ length: BURST }, () => rawCall(trader, call)))
  const refused = answers.filter(({ status }) => status === 429).length
  if (refused > 0) return { refused, findings: [] }
  const answered = answers.filter(({ status }) => status !== null).length
  const what = `of ${BURST} calls at once ${answered} were answered, none with 429`
  const remedy = 'Do not deploy this build: whoever asks in a loop would slow the enforcement down.'
  return { refused, findings: [{ severity: 'error', place: 'trader.sock', what, remedy }] }
}

/** What a page of the trader's browser would send to the port of the figures. */
const FOREIGN_HEADERS = [
  'Host: attacker.example',
  'Origin: https://attacker.example',
  'Sec-Fetch-Site: cross-site',
] as const

async function foreignFindings(port: number): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const header of FOREIGN_HEADERS) {
    const host = header.startsWith('Host') ? header : `Host: 127.0.0.1:${port}\r\n${header}`
    const text = `GET ${METRICS_PATH} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`
    const { status } = await rawCall(port, text)
    if (status === 403) continue
    const what = `a call with "${header}" was answered with ${status ?? 'nothing'}: expected 403`
    const remedy = "Do not deploy this build: a page in the trader's browser could read the accounts."
    findings.push({ severity: 'error', place: `127.0.0.1:${port}${METRICS_PATH}`, what, remedy })
  }
  return findings
}

/** Below what the server takes at the same time. */
const AT_ONCE = 16

async function hostileFindings(
  admin: string,
  calls: ReturnType<typeof hostileCalls>,
  signal: AbortSignal,
): Promise<{ readonly seen: string; readonly findings: readonly Finding[] }> {
  const limit = pLimit(AT_ONCE)
  const answers = await Promise.all(
    calls.map((call) =>
      limit(async () => ({ call, status: signal.aborted ? null : (await rawCall(admin, call.text)).status })),
    ),
  )
  const failed = answers.filter(({ status }) => status !== null && status >= 500)
  const findings = failed.slice(0, FINDINGS_MAX).map(({ call: { trick, text }, status }) => ({
    severity: 'error' as const,
    place: `admin.sock ${JSON.stringify(text.slice(0, text.indexOf('\r\n')))}`,
    what: `${trick}: it answered ${status}, which means that the daemon itself failed`,
    remedy: 'Report it with this line: bad input has to be refused with 4xx.',
  }))
  const counts = Map.groupBy(answers, ({ status }) => (status === null ? 'no answer' : `${String(status)[0]}xx`))
  const seen = [...counts].map(([kind, { length }]) => `${length} × ${kind}`).toSorted()
  return { seen: seen.join(', '), findings }
}

/** The same mistake needs no hundred findings. */
const FINDINGS_MAX = 5

/** Whether the daemon still answers, still has the lock, and still undoes what the trader does. */
async function aliveFindings(
  rehearsal: Rehearsal,
  daemon: RehearsedDaemon,
  { accountId, contractId }: LockedAccount,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const remedy = 'Do not deploy this build: what was sent to the local API took the protection away.'
  const finding = (what: string): readonly Finding[] => [
    { severity: 'error', place: 'the rehearsed daemon', what, remedy },
  ]
  const health = await daemon.client.page(HEALTH_PATH).catch(() => null)
  if (health?.status !== 200) return finding(`it does not answer any more: ${daemon.lastWords()}`)
  const { accounts } = await daemon.client.call('report', {})
  const isLocked = accounts.some(({ id, lockouts }) => Number(id) === accountId && lockouts.length > 0)
  if (!isLocked) return finding(`the lockout of account ${accountId} is gone`)
  const before = await closesOf(rehearsal, accountId)
  await rehearsal.venue.place({ accountId, contractId, side: 'buy', size: 1 })
  const isUndone = async (): Promise<boolean> =>
    (await closesOf(rehearsal, accountId)) > before && (await rehearsal.venue.positions(accountId)).size === 0
  const undone = await awaitCondition('the close', isUndone, patienceOf(context)).catch(() => false)
  return undone ? [] : finding(`an entry of the locked account ${accountId} was not undone`)
}

async function closesOf({ venue }: Rehearsal, accountId: number): Promise<number> {
  const entries = await venue.ledger()
  return entries.filter((entry) => entry.author === 'daemon' && entry.accountId === accountId).length
}
