import type { ServerResponse } from 'node:http'
import { DaemonReport } from '@rm/control-api'
import { z } from 'zod'
import type { Line } from '../line-queue.ts'

/** Changes of one moment make one report. */
const REPORT_MS = 250
/** A report without a change as well, so that prices and countdowns move. */
const REPORT_AT_LEAST_MS = 1_000
/** Whoever does not read is let go; nothing is kept for him (reliability X-10). */
const BUFFERED_BYTES_MAX = 1024 * 1024

/** Those who follow the daemon: each gets a report after every change, and every line of the log. */
export class Followers {
  readonly #report: () => DaemonReport
  readonly #open = new Set<ServerResponse>()
  #timer: NodeJS.Timeout | null = null

  constructor(report: () => DaemonReport) {
    this.#report = report
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    this.#open.add(response)
    response.on('close', () => this.#open.delete(response))
    this.#send(response, 'report', this.#encoded())
    this.#schedule(REPORT_AT_LEAST_MS)
  }

  /** A line of the log was written: something has changed. */
  told(line: Line): void {
    if (this.#open.size === 0) return
    const { level, message, topic, facts } = line
    const data = JSON.stringify({ level, topic, ...facts, msg: message })
    for (const response of this.#open) this.#send(response, 'line', data)
    this.#schedule(REPORT_MS)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const response of this.#open) response.end()
  }

  #schedule(ms: number): void {
    if (this.#timer !== null) {
      if (ms >= REPORT_AT_LEAST_MS) return
      clearTimeout(this.#timer)
    }
    this.#timer = setTimeout(() => this.#tellAll(), ms)
    this.#timer.unref()
  }

  #tellAll(): void {
    this.#timer = null
    if (this.#open.size === 0) return
    const data = this.#encoded()
    for (const response of this.#open) this.#send(response, 'report', data)
    this.#schedule(REPORT_AT_LEAST_MS)
  }

  #encoded(): string {
    return JSON.stringify(z.encode(DaemonReport, this.#report()))
  }

  #send(response: ServerResponse, event: string, data: string): void {
    if (response.writableLength > BUFFERED_BYTES_MAX) {
      response.destroy()
      return
    }
    response.write(`event: ${event}\ndata: ${data}\n\n`)
  }
}
