import { existsSync, readFileSync, statSync } from 'node:fs'
import { awaitCondition } from './await-condition.ts'

/** One line of the daemon's log: the fields that tests look at, the others as they are. */
export interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg: string
  readonly event?: string
  readonly accountId?: number
  readonly [field: string]: unknown
}

/** Reads `risk_manager.log` from where it ended when the reader was made: the lines of one run. */
export class LogReader {
  readonly #file: string
  readonly #from: number

  constructor(file: string) {
    this.#file = file
    this.#from = existsSync(file) ? statSync(file).size : 0
  }

  /** Whole lines so far; one that is still being written is left for the next look. */
  lines(): readonly LogLine[] {
    if (!existsSync(this.#file)) return []
    const text = readFileSync(this.#file).subarray(this.#from).toString('utf8')
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine)
  }

  messages(): readonly string[] {
    return this.lines().map((line) => line.msg)
  }

  find(isMeant: (line: LogLine) => boolean): LogLine | undefined {
    return this.lines().find(isMeant)
  }

  /** The first line that is meant, as soon as it stands there. */
  awaitLine(name: string, isMeant: (line: LogLine) => boolean, withinMs?: number): Promise<LogLine> {
    return awaitCondition(`log line: ${name}`, () => this.find(isMeant), {
      ...(withinMs === undefined ? {} : { withinMs }),
      explain: () => this.tail(),
    })
  }

  awaitMessage(part: string, withinMs?: number): Promise<LogLine> {
    return this.awaitLine(part, (line) => line.msg.includes(part), withinMs)
  }

  /** The end of the log, for failures. */
  tail(count = 40): string {
    return this.lines()
      .slice(-count)
      .map((line) => JSON.stringify(line))
      .join('\n')
  }
}
