import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { z } from 'zod'
import type { KnobBoard } from './knobs.ts'
import { machineMs } from './machine-clock.ts'
import { unreachable } from './unreachable.ts'

/*
 * The server's side of the SignalR JSON protocol: text records that end in 0x1E, a handshake, invocations with completions, pings, close
 * records. Nothing here knows what a hub is about.
 */

const recordSeparator = '\u001E'
const ping = `{"type":6}${recordSeparator}`

/** What a connection tells the hub that it belongs to. */
export interface HubConnectionEvents {
  /** A method was invoked; complete it by the id, if it has one. */
  invoked(connection: HubConnection, method: string, args: readonly unknown[], invocationId: string | undefined): void
  closed(connection: HubConnection): void
}

/** How the server answers the handshake. */
export type HandshakeAnswer =
  | { readonly kind: 'accept' }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }

/** Ways in which an open connection can be ill without being closed. */
export type Ailment = 'blackhole' | 'half' | 'mute'

const handshakeRequest = z.object({ protocol: z.string(), version: z.number() })

const invocation = z.object({
  target: z.string(),
  arguments: z.array(z.unknown()).default([]),
  invocationId: z.string().nullish(),
})

const clientRecord = z.object({ type: z.int(), invocationId: z.string().nullish() })

/** One record as text that is ready to be sent, on any number of connections. */
export function hubRecord(message: object): string {
  return JSON.stringify(message) + recordSeparator
}

export class HubConnection {
  readonly id: string
  readonly #socket: WebSocket
  readonly #tcp: Socket
  readonly #knobs: KnobBoard
  readonly #events: HubConnectionEvents
  readonly #answerHandshake: () => HandshakeAnswer
  #isOpen = false
  #ailment: Ailment | undefined
  #lastSent = machineMs()
  #lastReceived = machineMs()
  #pulse: NodeJS.Timeout

  constructor(
    id: string,
    socket: WebSocket,
    tcp: Socket,
    knobs: KnobBoard,
    events: HubConnectionEvents,
    answerHandshake: () => HandshakeAnswer,
  ) {
    this.id = id
    this.#socket = socket
    this.#tcp = tcp
    this.#knobs = knobs
    this.#events = events
    this.#answerHandshake = answerHandshake
    this.#pulse = setTimeout(() => this.reset(), knobs.now.handshakeTimeoutMs)
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', () => {
      clearTimeout(this.#pulse)
      this.#isOpen = false
      this.#events.closed(this)
    })
    // A reset is reported as an error and then as a close; the close is what counts.
    socket.on('error', () => undefined)
  }

  /** Whether the handshake is done and the socket is not closed. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  get ailment(): Ailment | undefined {
    return this.#ailment
  }

  /** Makes the connection ill. It stays so until it is closed. */
  fallIll(ailment: Ailment): void {
    this.#ailment = ailment
  }

  /** Sends an event record. False when the connection does not carry events any more. */
  publish(record: string): boolean {
    if (!this.#isOpen || this.#ailment === 'mute' || this.#ailment === 'blackhole') return false
    this.#send(record)
    return true
  }

  /** Ends an invocation, with an error text or without a result: no method of the gateway has one. */
  complete(invocationId: string, error?: string): void {
    this.#reply(error === undefined ? { type: 3, invocationId, result: null } : { type: 3, invocationId, error })
  }

  /** Says goodbye by a close record. Without `allowReconnect` the client library never comes back by itself. */
  close(error: string | undefined, allowReconnect: boolean): void {
    this.#reply({ type: 7, ...(error === undefined ? {} : { error }), ...(allowReconnect ? { allowReconnect } : {}) })
    this.#socket.close(1000)
  }

  /** Cuts the TCP connection without a word. */
  reset(): void {
    this.#tcp.resetAndDestroy()
  }

  /** Sends text as it is, whatever the protocol says about it. */
  sendRaw(text: string): void {
    this.#send(text)
  }

  #reply(message: object): void {
    if (this.#ailment !== 'blackhole') this.#send(hubRecord(message))
  }

  #send(text: string): void {
    this.#lastSent = machineMs()
    this.#socket.send(text)
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ailment === 'blackhole' || this.#ailment === 'half') return
    this.#lastReceived = machineMs()
    const records = isBinary ? [] : textOf(data).split(recordSeparator)
    if (records.pop() !== '') {
      this.close('Message is incomplete.', false)
      return
    }
    for (const record of records) {
      if (this.#isOpen) this.#handle(record)
      else this.#shakeHands(record)
    }
  }

  #shakeHands(record: string): void {
    const request = parsed(handshakeRequest, record)
    const answer = this.#answerHandshake()
    if (request === undefined) return this.#refuseHandshake('The handshake request is malformed.')
    if (request.protocol !== 'json') {
      return this.#refuseHandshake(`The protocol '${request.protocol}' is not supported.`)
    }
    if (request.version !== 1) {
      return this.#refuseHandshake(`The server does not support version ${request.version} of the 'json' protocol.`)
    }
    switch (answer.kind) {
      case 'accept':
        this.#isOpen = true
        this.#send(`{}${recordSeparator}`)
        this.#schedulePulse()
        return
      case 'error':
        return this.#refuseHandshake(answer.error)
      case 'silence':
        clearTimeout(this.#pulse)
        return
      case 'reset':
        return this.reset()
      default:
        return unreachable(answer)
    }
  }

  #refuseHandshake(error: string): void {
    this.#send(hubRecord({ error }))
    this.#socket.close(1000)
  }

  #handle(record: string): void {
    const message = parsed(clientRecord, record)
    switch (message?.type) {
      case 1: {
        const call = parsed(invocation, record)
        if (call === undefined) this.close('Invocation is malformed.', false)
        else this.#events.invoked(this, call.target, call.arguments, call.invocationId ?? undefined)
        return
      }
      case 4:
        if (message.invocationId) this.complete(message.invocationId, 'The method is not a streaming method.')
        return
      case 7:
        this.#socket.close(1000)
        return
      case undefined:
        this.close('Record is malformed.', false)
        return
      default:
        // Pings, and records that only streams and stateful reconnects use: reception was what they were for.
        return
    }
  }

  /** Pings after silence of ours, closes after silence of theirs. */
  #schedulePulse(): void {
    clearTimeout(this.#pulse)
    const { pingMs, clientTimeoutMs } = this.#knobs.now
    const untilPing = this.#lastSent + pingMs - machineMs()
    const untilTimeout = this.#lastReceived + clientTimeoutMs - machineMs()
    const isWatched = this.#ailment !== 'blackhole' && this.#ailment !== 'half'
    const wait = isWatched ? Math.min(untilPing, untilTimeout) : untilPing
    this.#pulse = setTimeout(() => this.#beat(), Math.max(1, wait))
  }

  #beat(): void {
    const { pingMs, clientTimeoutMs } = this.#knobs.now
    const now = machineMs()
    const isWatched = this.#ailment !== 'blackhole' && this.#ailment !== 'half'
    if (isWatched && now - this.#lastReceived >= clientTimeoutMs) {
      this.close("Client hasn't sent a message/ping within the configured ClientTimeoutInterval.", false)
      return
    }
    if (now - this.#lastSent >= pingMs) {
      if (this.#ailment === 'blackhole') this.#lastSent = now
      else this.#send(ping)
    }
    this.#schedulePulse()
  }
}

function parsed<Message>(schema: z.ZodType<Message>, record: string): Message | undefined {
  try {
    return schema.safeParse(JSON.parse(record)).data
  } catch {
    return undefined
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString()
}
