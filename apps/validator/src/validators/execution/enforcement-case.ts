import type { StagedAccount } from '../../rehearsal/staged-accounts.ts'
import type { Finding } from '../../report/validation-report.ts'
import type { ExecutionStage } from './execution-stage.ts'

/** A breach on an account of its own, and what has to be left of it on the exchange's ledger. */
export interface EnforcementCase {
  /** What happens, for people. */
  readonly name: string
  readonly rules: StagedAccount['rules']
  /** What spoils the answers of the account's requests, in the words of docs/simulator.md. */
  readonly faults: readonly { readonly route: string; readonly fault: object }[]
  /** Breaks the rule. */
  readonly trade: (stage: ExecutionStage, accountId: number) => Promise<void>
  readonly product: string
  /** Signed contracts of the product that must be left. */
  readonly left: number
  /** Orders by which the exchange may have carried the enforcement out: more were one too many. */
  readonly effective: number
  /** Requests that may leave, spoilt ones included. */
  readonly requestsMax: number
  /** So long after the breach something of it may still come to the exchange; milliseconds. */
  readonly settledMs: number
}

export interface PlayedCase {
  readonly findings: readonly Finding[]
  /** From the breach to the proof; `null` when there was none. */
  readonly provedMs: number | null
}

/** Lets the case happen, waits for the daemon's proof, and then believes the exchange alone. */
export async function playCase(
  stage: ExecutionStage,
  accountId: number,
  played: EnforcementCase,
  withinMs: number,
): Promise<PlayedCase> {
  for (const plan of played.faults) await stage.venue.planRestFault({ ...plan, scope: { accountId, times: 1 } })
  const begunAt = await stage.venue.now()
  await played.trade(stage, accountId)
  const proof = await proofOf(stage, accountId, withinMs)
  const isSettled = async (): Promise<boolean> => (await stage.venue.now()) >= begunAt + played.settledMs
  await stage.until('the last of it', isSettled, played.settledMs + PATIENCE_MS)
  const found = await ledgerFindings(stage, accountId, played)
  return typeof proof === 'number'
    ? { findings: found, provedMs: proof }
    : { findings: [...found, finding(played, proof.unproved, UNPROVED)], provedMs: null }
}

/** More than the simulator's clock can be behind. */
const PATIENCE_MS = 10_000

async function proofOf(
  stage: ExecutionStage,
  accountId: number,
  withinMs: number,
): Promise<number | { readonly unproved: string }> {
  try {
    return await stage.proved(accountId, withinMs)
  } catch (error) {
    return { unproved: error instanceof Error ? error.message : String(error) }
  }
}

async function ledgerFindings(
  stage: ExecutionStage,
  accountId: number,
  played: EnforcementCase,
): Promise<readonly Finding[]> {
  const { product, left, effective, requestsMax } = played
  const findings: Finding[] = []
  const held = await stage.held(accountId, stage.contractId(product))
  if (held !== left)
    findings.push(finding(played, `the exchange still shows ${held} contracts where ${left} are allowed`, NOT_DONE))
  const { orders } = await stage.venue.account(accountId)
  if (orders.length > 0) findings.push(finding(played, `${orders.length} working orders are left`, NOT_DONE))
  const fills = await stage.fills('daemon', accountId)
  for (const { positionBefore, positionAfter } of fills.filter(isWrongWay))
    findings.push(finding(played, `a request of ours led from ${positionBefore} to ${positionAfter}`, WRONG_WAY))
  const carriedOut = new Set(fills.map(({ orderId }) => orderId)).size
  if (carriedOut > effective)
    findings.push(finding(played, `${carriedOut} closes took effect where ${effective} was enough`, WRONG_WAY))
  const sent = await stage.commands(accountId)
  if (sent.length > requestsMax) {
    const routes = sent.map(({ route }) => route).join(', ')
    findings.push(finding(played, `${sent.length} requests left where ${requestsMax} are enough: ${routes}`, TOO_MANY))
  }
  return findings
}

/** A fill by which we made a position larger or turned it over: there must never be one (reliability S-03). */
function isWrongWay({
  positionBefore,
  positionAfter,
}: {
  readonly positionBefore: number
  readonly positionAfter: number
}): boolean {
  const isFlipped = positionAfter !== 0 && Math.sign(positionAfter) !== Math.sign(positionBefore)
  return isFlipped || Math.abs(positionAfter) > Math.abs(positionBefore)
}

const NOT_DONE =
  'Do not deploy this build: it does not carry out what it decides. Start the rehearsal of the day that is known to work (npm start).'
const WRONG_WAY = 'Do not deploy this build: it changes positions beyond what was decided. Go back to the build before.'
const TOO_MANY = 'Do not deploy this build: a request that is sent twice can act twice. Go back to the build before.'
const UNPROVED =
  'See what the daemon wrote; if the machine is slow, raise reliability.enforcement_s of validation_criteria.yaml.'

function finding({ name }: EnforcementCase, what: string, remedy: string): Finding {
  return { severity: 'error', place: name, what, remedy }
}
