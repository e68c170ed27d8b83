import type { AccountId } from '@rm/domain'
import { type BridgeLog, SampledLog, scrubbed } from '../bridge-log.ts'
import type { TrafficSettings } from '../options.ts'

/** Of an answer so many characters are kept; what follows is only counted. */
const ANSWER_CHARACTERS_MAX = 4_096
/** An answer may be as large as 32 MiB, and only its beginning is told. */
const ANSWER_CHARACTERS_READ = 65_536

/** A value that opens a door, whole or cut off. */
const SECRET_FIELDS = /("(?:\w*token|apiKey|password|userName)"\s*:\s*")[^"]*/gi

export interface TrafficLogOptions {
  readonly settings: TrafficSettings
  /** Gets what is slow. */
  readonly log: BridgeLog
  /** Gets every request that is wanted. */
  readonly traffic: BridgeLog
  readonly monotonic: () => number
  readonly apiKey: string
}

/** A request as it is told: never its body, in which the key stands at the login. */
export interface ToldRequest {
  readonly path: string
  readonly account?: AccountId
  /** Of the command that it carries, as `enforcement.log` names it. */
  readonly commandId?: string
  /** Monotonic ms at which it left. */
  readonly sentMs: number
}

/** Tells the requests to the gateway and how they ended: all that are wanted, and each that was slow. */
export class TrafficLog {
  readonly #showsAnswers: boolean
  readonly #tellsAll: boolean
  readonly #slowMs: number
  readonly #slow: SampledLog
  readonly #traffic: BridgeLog
  readonly #apiKey: string
  #requests = 0

  constructor({ settings, log, traffic, monotonic, apiKey }: TrafficLogOptions) {
    this.#showsAnswers = settings.responses
    this.#tellsAll = settings.requests || settings.responses
    this.#slowMs = settings.slowMs
    // A gateway that has become slow is slow for each request.
    this.#slow = new SampledLog(log, monotonic)
    this.#traffic = traffic
    this.#apiKey = apiKey
  }

  /** An answer came, of whatever status. */
  answered(request: ToldRequest, status: number, text: string, receivedMs: number): void {
    const answer = this.#showsAnswers ? { answer: this.#shown(text), answerCharacters: text.length } : {}
    this.#tell(request, receivedMs, { outcome: 'answered', status, ...answer })
  }

  /** No answer came. */
  failed(request: ToldRequest, reason: string, failedMs: number): void {
    this.#tell(request, failedMs, { outcome: 'no answer', reason })
  }

  #tell(
    { path, account, commandId, sentMs }: ToldRequest,
    endMs: number,
    end: Readonly<Record<string, unknown>> & { readonly outcome: string },
  ): void {
    this.#requests += 1
    const tookMs = Math.round(endMs - sentMs)
    const isSlow = tookMs >= this.#slowMs
    if (!isSlow && !this.#tellsAll) return
    const facts = {
      request: this.#requests,
      path,
      tookMs,
      ...end,
      ...(account === undefined ? {} : { accountId: account }),
      ...(commandId === undefined ? {} : { commandId }),
    }
    if (isSlow) this.#slow.write('warn', `the gateway was slow at ${path}`, facts)
    if (this.#tellsAll) this.#traffic.write('info', `${path}: ${end.outcome}`, facts)
  }

  #shown(text: string): string {
    const beginning = text.slice(0, ANSWER_CHARACTERS_READ)
    const withoutKey = this.#apiKey === '' ? beginning : beginning.replaceAll(this.#apiKey, '***')
    return scrubbed(withoutKey.replace(SECRET_FIELDS, '$1***')).slice(0, ANSWER_CHARACTERS_MAX)
  }
}
