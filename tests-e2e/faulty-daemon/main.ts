import dns from 'node:dns'
import { openSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import { boot, configure, connect, initializeRules, open, run, type Running } from '@rm/daemon/boot'
import { runDaemon } from '@rm/daemon/run-daemon'
import { spoilCommits } from './commit-fault.ts'
import { CrashPointAround } from './crash.ts'
import { type Fault, FAULT_VARIABLE, faultSchema } from './fault.ts'
import { wrap } from './wrap.ts'

/*
 * The daemon for tests that need something to go wrong inside it. It is the product's own start, step by step, with wrapped ports: the product
 * knows nothing of it.
 */

type Options = Parameters<typeof configure>[0]

/** What is held for good. */
const retained: unknown[] = []

const fault = faultSchema.parse(JSON.parse(process.env[FAULT_VARIABLE] ?? 'null'))
await runDaemon(process.argv, startWith(fault))

function startWith(planned: Fault): (options: Options) => Promise<Running> {
  switch (planned.kind) {
    case 'crash': {
      const crash = new CrashPointAround(planned)
      return async (options) => run(initializeRules(await connect(crash.around(await open(await configure(options))))))
    }
    case 'commit':
      spoilCommits(planned)
      return boot
    case 'busy':
      return bootAndOnSignal(() => beBusy(planned.ms))
    case 'uncaught':
      return bootAndOnSignal(() => {
        const error = new Error('nobody catches this')
        if (planned.how === 'rejection') void Promise.reject(error)
        else setImmediate(throwIt, error)
      })
    case 'dies-at-start':
      return async (options) => {
        const opened = await open(await configure(options))
        if (options.mode === 'normal') process.kill(process.pid, 'SIGKILL')
        return run(initializeRules(await connect(opened)))
      }
    case 'rule-throws-at-start':
      return async (options) => {
        const connected = await connect(await open(await configure(options)))
        const hold = (): never => {
          connected.lines.flush() // as the product's own start does with every failure
          throw new Error('RULE-001 throws')
        }
        return run(initializeRules({ ...connected, settings: wrap(connected.settings, { hold }) }))
      }
    case 'wall-clock': {
      const trueTime = Date.now.bind(Date)
      let offsetMs = planned.offsetMs
      Date.now = () => trueTime() + offsetMs
      return bootAndOnSignal(() => {
        offsetMs += planned.stepMs
      })
    }
    case 'retain':
      return bootAndOnSignal(() => retain(planned.share))
    case 'hosts-file': {
      const answer = whereNamesLead(planned.address)
      return bootAndOnSignal(() => Object.assign(dns, { lookup: answer }))
    }
    case 'descriptors':
      return bootAndOnSignal(takeDescriptors)
    default:
      return planned satisfies never
  }
}

function bootAndOnSignal(work: () => void): (options: Options) => Promise<Running> {
  process.on('SIGUSR2', work)
  return boot
}

function beBusy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function throwIt(error: Error): never {
  throw error
}

/** A little at a time, so that the event loop turns; again when the garbage among it was collected. */
function retain(share: number): void {
  setInterval(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    if (used < share * limit) retained.push(Array.from({ length: 50_000 }, (_, index) => ({ index })))
  }, 20)
}

/** Node asks this for the address of whatever it connects to. */
function whereNamesLead(address: string): (name: string, options: dns.LookupOptions, answer: Answer) => void {
  return (_name, options, answer) => {
    if (options.all === true) answer(null, [{ address, family: 4 }])
    else answer(null, address, 4)
  }
}

type Answer = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void

/** Again and again, as some become free when connections end. */
function takeDescriptors(): void {
  setInterval(() => {
    try {
      for (;;) openSync('/dev/null', 'r')
    } catch {
      // That was the last one.
    }
  }, 20)
}
