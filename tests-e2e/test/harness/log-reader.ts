import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
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
  readonly #lines: LogLine[] = []
  #readTo: number

  constructor(file: string) {
    this.#file = file
    this.#readTo = existsSync(file) ? statSync(file).size : 0
  }

  /** Whole lines so far; one that is still being written is left for the next look. */
  lines(): readonly LogLine[] {
    const fresh = this.#fresh()
    const end = fresh.lastIndexOf('\n'.charCodeAt(0)) + 1
    this.#readTo += end
    for (const line of fresh.toString('utf8', 0, end).split('\n')) {
      if (line !== '') this.#lines.push(JSON.parse(line) as LogLine)
    }
    return this.#lines
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

  #fresh(): Buffer {
    if (!existsSync(this.#file)) return Buffer.alloc(0)
    const descriptor = openSync(this.#file, 'r')
    try {
      const fresh = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - this.#readTo))
      return fresh.subarray(0, readSync(descriptor, fresh, 0, fresh.length, this.#readTo))
    } finally {
      closeSync(descriptor)
    }
  }
}
