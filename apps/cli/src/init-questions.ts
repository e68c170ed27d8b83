import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'

/** The input ended, or Ctrl-C was pressed, before the last question was answered. */
export class InputEnded extends Error {
  override readonly name = 'InputEnded'
}

/** What an answer means, or what was expected instead. */
export type Understood<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly expected: string }

/** One question, and what its answers mean. */
interface Question<Value> {
  readonly text: string
  /** What Enter alone stands for; left out, something has to be typed. */
  readonly preset?: string
  readonly understand: (answer: string) => Understood<Value>
}

/** Asks a person at a terminal, or a script behind a pipe, one line at a time. */
export class Questions implements Disposable {
  readonly #isTerminal: boolean
  readonly #output: NodeJS.WritableStream
  readonly #editor: Interface
  readonly #lines: AsyncIterator<string>
  #isHidden = false

  constructor(input: NodeJS.ReadableStream & { readonly isTTY?: boolean }, output: NodeJS.WritableStream) {
    this.#isTerminal = input.isTTY === true
    this.#output = output
    const screen = new Writable({
      // Done at once: a prompt that waited for the terminal would be judged by what is hidden by then.
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#isHidden) output.write(chunk)
        done()
      },
    })
    // Without a history an arrow key cannot bring the API key back.
    this.#editor = createInterface({ input, output: screen, terminal: this.#isTerminal, historySize: 0 })
    this.#lines = this.#editor[Symbol.asyncIterator]()
  }

  say(text: string): void {
    this.#output.write(`${text}\n`)
  }

  /**
   * Asks until the answer is understood.
   *
   * @throws InputEnded
   */
  async ask<Value>({ text, preset, understand }: Question<Value>): Promise<Value> {
    const prompt = preset === undefined ? `${text}: ` : `${text} [${preset}]: `
    for (;;) {
      const typed = await this.#line(prompt)
      // What is typed at a terminal ends the line by itself.
      if (!this.#isTerminal) this.say('')
      const understood = understand(typed === '' && preset !== undefined ? preset : typed)
      if (understood.ok) return understood.value
      this.say(`  Expected ${understood.expected}.`)
    }
  }

  /**
   * Asks for something that nobody may read on the screen.
   *
   * @throws InputEnded
   */
  async askHidden(text: string): Promise<string> {
    for (;;) {
      const line = this.#line(`${text}: `)
      this.#isHidden = true
      const typed = await line.finally(() => {
        this.#isHidden = false
        this.say('')
      })
      if (typed !== '') return typed
    }
  }

  async #line(prompt: string): Promise<string> {
    this.#editor.setPrompt(prompt)
    this.#editor.prompt()
    const next = await this.#lines.next()
    if (next.done === true) throw new InputEnded()
    return next.value.trim()
  }

  [Symbol.dispose](): void {
    this.#editor.close()
  }
}
