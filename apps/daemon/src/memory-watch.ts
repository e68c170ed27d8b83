import { getHeapStatistics } from 'node:v8'
import type { LineQueue } from './line-queue.ts'

const LOOK_MS = 10_000
const MIB = 1024 * 1024

/** What a process holds. */
export interface MemoryUse {
  /** Memory that the system counts for it; `null`: it cannot be asked, as with no descriptor left. */
  readonly residentBytes: number | null
  readonly heapBytes: number
  /** Node ends a process whose heap would grow beyond it. */
  readonly heapLimitBytes: number
}

/** Told from here on. A daemon of one account takes about 100 MB; one of many, in a burst, about 200. */
const HIGH = { residentBytes: 512 * MIB, heapShare: 0.8 } as const
/** Told to be over below this only, or a heap that breathes would be told of again and again. */
const WELL = { residentBytes: 448 * MIB, heapShare: 0.7 } as const

/**
 * Says once that memory has become short, and once that this is over (reliability P-09): a leak is to be known before Node ends the process or the
 * system kills it. Nothing is ended here: a start anew is for a human to choose, best while every account is flat.
 */
export class MemoryAlarm {
  #isHigh = false

  /** `null`: nothing has changed. */
  look(use: MemoryUse): 'high' | 'over' | null {
    const { residentBytes, heapShare } = this.#isHigh ? WELL : HIGH
    const isHeapHigh = use.heapBytes >= heapShare * use.heapLimitBytes
    // What nobody knows is not over.
    const isResidentHigh = use.residentBytes === null ? this.#isHigh : use.residentBytes >= residentBytes
    const isHigh = isResidentHigh || isHeapHigh
    if (isHigh === this.#isHigh) return null
    this.#isHigh = isHigh
    return isHigh ? 'high' : 'over'
  }
}

/** Looks at the memory of this process from now on; the result ends it. */
export function watchMemory(lines: LineQueue): () => void {
  const alarm = new MemoryAlarm()
  const timer = setInterval(() => {
    const use = memoryUse()
    const change = alarm.look(use)
    if (change !== null) tell(change, use, lines)
  }, LOOK_MS)
  return () => clearInterval(timer)
}

function memoryUse(): MemoryUse {
  const { used_heap_size: heapBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics()
  return { residentBytes: askedResidentBytes(), heapBytes, heapLimitBytes }
}

/** Linux opens a file for it, and whoever only looks must not end a process that has none left to open (reliability P-12). */
function askedResidentBytes(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch {
    return null
  }
}

function tell(change: 'high' | 'over', use: MemoryUse, lines: LineQueue): void {
  const resident = use.residentBytes === null ? 'an unknown number of' : inMib(use.residentBytes)
  const [heap, limit] = [inMib(use.heapBytes), inMib(use.heapLimitBytes)]
  const facts = { alert: 'memory-high', severity: 'critical', ...use }
  const text = `${resident} MiB of memory are held, ${heap} of ${limit} MiB of the heap are used`
  if (change === 'high') {
    lines.add({ level: 'fatal', message: `Alert: ${text}`, topic: 'enforcement', facts: { event: 'alert', ...facts } })
  } else {
    const message = `Alert over: memory-high: ${text}`
    lines.add({ level: 'info', message, topic: 'enforcement', facts: { event: 'alert-over', ...facts } })
  }
}

function inMib(bytes: number): number {
  return Math.round(bytes / MIB)
}
