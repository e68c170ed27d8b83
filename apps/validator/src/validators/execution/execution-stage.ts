import type { ContractSpec } from '@rm/domain'
import { listedContracts } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import { type StagedAccount, stageAccounts } from '../../rehearsal/staged-accounts.ts'
import type { Venue, VenueFill, VenueRequest } from '../../rehearsal/venue.ts'
import type { CheckContext } from '../../validator.ts'

/** The daemon that would be deployed, on accounts that have one rule each, and the exchange that they trade on. */
export class ExecutionStage {
  readonly venue: Venue
  readonly daemon: RehearsedDaemon
  readonly config: Rehearsal['config']
  readonly #signal: AbortSignal
  readonly #contracts: readonly ContractSpec[]

  private constructor(
    { venue, config }: Rehearsal,
    daemon: RehearsedDaemon,
    signal: AbortSignal,
    contracts: readonly ContractSpec[],
  ) {
    this.venue = venue
    this.config = config
    this.daemon = daemon
    this.#signal = signal
    this.#contracts = contracts
  }

  static async open(context: CheckContext, accounts: readonly StagedAccount[]): Promise<ExecutionStage> {
    context.tell(`starts the daemon on ${accounts.length} accounts of a simulated gateway`)
    const prepare = (directory: string): void => stageAccounts(directory, accounts)
    const rehearsal = await Rehearsal.set(context, { prepare })
    const daemon = await rehearsal.startDaemon()
    return new ExecutionStage(rehearsal, daemon, context.signal, await listedContracts(rehearsal))
  }

  /** The id of the front month of a product. */
  contractId(root: string): string {
    const found = this.#contracts.find((contract) => contract.root === root)
    if (found === undefined) throw new Error(`the simulated gateway lists no ${root}`)
    return found.id
  }

  /** Until the daemon has proved every goal that it began on the account, at least one. @returns milliseconds of the slowest of them */
  proved(accountId: number, withinMs: number): Promise<number> {
    const linesOf = (event: string) =>
      this.daemon.lines.filter((line) => line.event === event && line.accountId === accountId)
    return this.until(
      `the proof that account ${accountId} is as it must be`,
      () => {
        const ended = linesOf('goal-ended')
        if (ended.length === 0 || ended.length < linesOf('goal-begun').length) return null
        return Math.max(...ended.map(({ tookMs }) => (typeof tookMs === 'number' ? tookMs : 0)))
      },
      withinMs,
    )
  }

  until<Seen>(
    what: string,
    look: () => Seen | null | undefined | false | Promise<Seen | null | undefined | false>,
    withinMs: number,
  ): Promise<Seen> {
    return this.daemon.awaiting(what, look, { withinMs, signal: this.#signal })
  }

  /** Signed contracts. */
  async held(accountId: number, contractId: string): Promise<number> {
    return (await this.venue.positions(accountId)).get(contractId) ?? 0
  }

  async fills(author: VenueFill['author'], accountId: number): Promise<readonly VenueFill[]> {
    const ledger = await this.venue.ledger()
    return ledger.filter(
      (entry): entry is VenueFill => entry.kind === 'fill' && entry.author === author && entry.accountId === accountId,
    )
  }

  /** Requests of an account by which something is changed at the gateway. */
  async commands(accountId: number): Promise<readonly VenueRequest[]> {
    const requests = await this.venue.requests()
    return requests.filter((request) => request.accountId === accountId && COMMANDS.has(request.route))
  }
}

const COMMANDS: ReadonlySet<string> = new Set([
  'closeContract',
  'partialCloseContract',
  'cancelOrder',
  'placeOrder',
  'modifyOrder',
])
