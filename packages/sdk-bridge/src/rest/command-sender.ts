import { type Command, type CommandOutcome, RmError } from '@rm/domain'
import { laneOf, outcomeOf, requestOf } from './command-outcome.ts'
import type { RestChannel, RestReply } from './rest-channel.ts'
import type { Session } from './session.ts'
import { TransportFault } from './transport-fault.ts'

/** Sends commands, each once. The answer tells what is known about it; nothing is repeated but what the gateway certainly refused to look at. */
export class CommandSender {
  readonly #channel: RestChannel
  readonly #session: Session
  readonly #deadlineMs: number

  constructor(channel: RestChannel, session: Session, deadlineMs: number) {
    this.#channel = channel
    this.#session = session
    this.#deadlineMs = deadlineMs
  }

  /**
   * Never rejects.
   *
   * @param commandId - by which the log of the requests names it
   */
  async send(command: Command, commandId: string): Promise<CommandOutcome> {
    const { route, body } = requestOf(command)
    const lane = laneOf(command)
    const post = (token: string): Promise<RestReply> =>
      this.#channel.post({
        path: route.path,
        body,
        token,
        lane,
        account: command.accountId,
        commandId,
        deadlineMs: this.#deadlineMs,
      })
    try {
      const token = this.#session.token ?? (await this.#session.ready())
      let reply = await post(token)
      // 401 is the gateway's word that it did nothing, so the same command goes out again (reliability A-03).
      if (reply.status === 401) reply = await post(await this.#session.replace(token))
      if (reply.status === 401)
        return { kind: 'not-sent', cause: 'the gateway refuses a token that was issued this moment' }
      return outcomeOf(route.errors, reply)
    } catch (error) {
      if (error instanceof RmError) return { kind: 'not-sent', cause: error.message }
      if (error instanceof TransportFault && !error.sent) return { kind: 'not-sent', cause: error.message }
      return { kind: 'unknown', cause: error instanceof Error ? error.message : String(error) }
    }
  }
}
