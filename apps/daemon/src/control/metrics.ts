import { ACCOUNT_WORDS, type Stream } from '@rm/domain'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RulesReady } from '../boot-stages.ts'
import type { Line } from '../line-queue.ts'
import { VERSION } from '../version.ts'
import type { Page } from './control-server.ts'
import type { StreamWatch } from './stream-watch.ts'

/** Seconds around the bounds B-1 to B-3 of the reliability document: 50 ms, 100 ms, 250 ms, 500 ms, 2 s, 5 s. */
const LATENCY_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30]

type SetValue = (value: number, labels?: Readonly<Record<string, string>>) => void

const STREAMS: readonly Stream[] = ['user', 'market']

/** What Prometheus is told. Lines of the log are counted, the rest is looked up when it is asked for. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #breaches: Counter<'rule'>
  readonly #lockouts: Counter<'rule'>
  readonly #alerts: Counter<'alert' | 'severity'>
  readonly #eventToRequest: Histogram
  readonly #enforcement: Histogram

  constructor({ kernel, gateway, figures }: RulesReady, streams: StreamWatch) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#breaches = new Counter({
      name: 'risk_manager_breaches_total',
      help: 'Breaches begun',
      labelNames: ['rule'],
      registers,
    })
    this.#lockouts = new Counter({
      name: 'risk_manager_lockouts_total',
      help: 'Lockouts set',
      labelNames: ['rule'],
      registers,
    })
    this.#alerts = new Counter({
      name: 'risk_manager_alerts_total',
      help: 'Alerts, by what they say',
      labelNames: ['alert', 'severity'],
      registers,
    })
    this.#eventToRequest = new Histogram({
      name: 'risk_manager_event_to_request_seconds',
      help: 'From the arrival of an event to the request that it caused (B-2)',
      buckets: LATENCY_BUCKETS,
      registers,
    })
    this.#enforcement = new Histogram({
      name: 'risk_manager_enforcement_seconds',
      help: 'From a decision to the proof that it is done (B-3)',
      buckets: LATENCY_BUCKETS,
      registers,
    })
    this.#gauge('risk_manager_build_info', 'The program', ['version'], (set) => set(1, { version: VERSION }))
    this.#gauge('risk_manager_events', 'Events of the streams in this run', [], (set) => set(figures.events))
    this.#gauge(
      'risk_manager_account_state',
      'The word of the account: 1 for the one that holds',
      ['account', 'word'],
      (set) => {
        for (const { accountId, word } of kernel.states()) {
          for (const one of ACCOUNT_WORDS) set(one === word ? 1 : 0, { account: String(accountId), word: one })
        }
      },
    )
    this.#gauge('risk_manager_stream_up', 'Whether the stream stands', ['stream'], (set) => {
      for (const stream of STREAMS) set(Number(streams.report(stream).up), { stream })
    })
    this.#gauge('risk_manager_stream_silent_seconds', 'Since when nothing was heard', ['stream'], (set) => {
      for (const stream of STREAMS) set((streams.report(stream).silentMs ?? Number.NaN) / 1_000, { stream })
    })
    this.#gauge('risk_manager_requests_left', 'Requests that the rate budget leaves in its window', [], (set) =>
      set(gateway.requestsLeft),
    )
    this.#gauge(
      'risk_manager_time_trusted',
      'Whether business time is trusted: untrusted time unlocks nothing',
      [],
      (set) => set(Number(gateway.clock.isTrusted())),
    )
    const commits = new Histogram({
      name: 'risk_manager_commit_seconds',
      help: 'A commit of decisions to the disk (B-1)',
      buckets: LATENCY_BUCKETS,
      registers,
    })
    figures.onCommit = (ms) => commits.observe(ms / 1_000)
  }

  /** Counts what a line of the log tells. */
  told({ facts }: Line): void {
    const { event, eventToRequestMs, tookMs } = facts
    if (event === 'breach-begun') this.#breaches.inc({ rule: wordOf(facts, 'rule') })
    else if (event === 'lockout-set') this.#lockouts.inc({ rule: wordOf(facts, 'rule') })
    else if (event === 'alert') this.#alerts.inc({ alert: wordOf(facts, 'alert'), severity: wordOf(facts, 'severity') })
    else if (event === 'command-sent' && typeof eventToRequestMs === 'number')
      this.#eventToRequest.observe(eventToRequestMs / 1_000)
    else if (event === 'goal-ended' && typeof tookMs === 'number') this.#enforcement.observe(tookMs / 1_000)
  }

  /** A value that is looked up when it is asked for. */
  #gauge(name: string, help: string, labelNames: readonly string[], look: (set: SetValue) => void): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [],
      collect() {
        look((value, labels = {}) => this.set(labels, value))
      },
    })
    this.#registry.registerMetric(gauge)
  }

  async page(): Promise<Page> {
    return { status: 200, type: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}

function wordOf(facts: Line['facts'], name: string): string {
  const word = facts[name]
  return typeof word === 'string' ? word : 'unknown'
}
