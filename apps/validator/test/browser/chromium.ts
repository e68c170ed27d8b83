import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const PROGRAM = 'chromium'

/** Why no page can be rendered here, as the reason of a skipped test; `null`: it can. */
export const NO_CHROMIUM: string | null =
  spawnSync(PROGRAM, ['--version']).status === 0 ? null : `${PROGRAM} is not on this machine`

const Message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

const Target = z.object({ targetId: z.string() })
const Session = z.object({ sessionId: z.string() })

type Listener = (method: string, params: unknown) => void

/** A real browser without a window, spoken to in its DevTools protocol. */
export class Chromium implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #listeners: Listener[] = []
  #session: string | undefined
  #sent = 0

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#take(String(data)))
  }

  /** Opens a browser with one empty page. */
  static async open(): Promise<Chromium> {
    const profile = mkdtempSync(path.join(tmpdir(), 'rm-chromium-'))
    // A root user has no sandbox, and the page is our own.
    const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0']
    const child = spawn(PROGRAM, [...words, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const browser = new Chromium(child, profile, new WebSocket(await addressOf(child)))
    try {
      await once(browser.#socket, 'open')
      const { targetId } = Target.parse(await browser.send('Target.createTarget', { url: 'about:blank' }))
      const { sessionId } = Session.parse(await browser.send('Target.attachToTarget', { targetId, flatten: true }))
      browser.#session = sessionId
      return browser
    } catch (error) {
      await browser[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Asks the page for something, in the words of the protocol. */
  async send(method: string, params: object = {}): Promise<unknown> {
    this.#sent += 1
    const answer = Promise.withResolvers<unknown>()
    this.#answers.set(this.#sent, answer)
    this.#socket.send(JSON.stringify({ id: this.#sent, method, params, sessionId: this.#session }))
    return await answer.promise
  }

  onEvent(listener: Listener): void {
    this.#listeners.push(listener)
  }

  #take(text: string): void {
    const { id, method, params, result, error } = Message.parse(JSON.parse(text))
    if (method !== undefined) for (const listener of this.#listeners) listener(method, params)
    if (id === undefined) return
    const answer = this.#answers.get(id)
    this.#answers.delete(id)
    if (error === undefined) answer?.resolve(result)
    else answer?.reject(new Error(error.message))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      await ended
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** The browser prints it once it listens. */
async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('the browser has no output')
  for await (const line of createInterface(stderr)) {
    const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? []
    if (address === undefined) continue
    stderr.resume() // a full pipe would stop the browser
    return address
  }
  throw new Error('the browser ended before it listened')
}
