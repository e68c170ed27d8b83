import type {
  AccountId,
  Command,
  CommandOutcome,
  ContractId,
  ContractSpec,
  Instant,
  Snapshot,
  Stream,
} from '@rm/domain'

/** What the engine needs of a gateway. Answers of reads and commands come back to the kernel as events. */
export interface Gateway {
  /**
   * Sends one risk-reducing command. Never rejects: a failure is an outcome.
   *
   * @param commandId - of its record, for the log of the requests
   */
  send(command: Command, commandId: string): Promise<CommandOutcome>
  /**
   * Positions and working orders. Rejects when any part is missing: a partial reading proves nothing (reliability S-09).
   *
   * @param ordersSince - asks for the orders created since then as well, of whatever status
   */
  readExposure(accountId: AccountId, ordersSince: Instant | null): Promise<Snapshot>
  /** The same with the account record and the trades since an instant. */
  readAccount(accountId: AccountId, tradesSince: Instant, ordersSince: Instant | null): Promise<Snapshot>
  /** The contract record, from the cache or the gateway; `null` when the gateway does not know it. */
  contract(contractId: ContractId): Promise<ContractSpec | null>
  /** Quotes wanted from now on; the gateway subscribes and unsubscribes the difference and survives reconnects. */
  watchQuotes(contractIds: ReadonlySet<ContractId>): void
  /** Gives a stream up and connects it again; events tell how it goes. */
  recycle(stream: Stream): void
  /** Subscribes a watched contract's quotes once more: they stay away although the market is open. */
  resubscribeQuotes(contractId: ContractId): void
}
