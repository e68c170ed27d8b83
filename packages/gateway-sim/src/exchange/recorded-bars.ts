import type { WireBar } from '@rm/sdk-bridge/wire'
import { BarUnit, wireStampText } from '@rm/sdk-bridge/wire'
import { type PriceGrid, priceOf } from './price-grid.ts'
import { hash } from './seeded-dice.ts'

/** What `retrieveBars` asks for. */
export interface BarRequest {
  readonly fromMs: number
  readonly toMs: number
  readonly unit: number
  /** Units per bar. */
  readonly unitNumber: number
  readonly limit: number
  readonly includesPartial: boolean
}

interface Bucket {
  readonly open: number
  high: number
  low: number
  close: number
  volume: number
}

const unitMs: Readonly<Record<number, number>> = {
  [BarUnit.second]: 1_000,
  [BarUnit.minute]: 60_000,
  [BarUnit.hour]: 3_600_000,
  [BarUnit.day]: 86_400_000,
  [BarUnit.week]: 604_800_000,
  // Bars of a month are cut at thirty days from the epoch: nobody here needs the calendar's.
  [BarUnit.month]: 2_592_000_000,
}

/** Seconds of trading kept: a whole exchange day. Older ones come from the invented past again. */
const secondsKept = 86_400

/** The length of a bar, or `undefined` for a unit that has none (ticks, unspecified, unknown). */
function barLengthMs(unit: number, unitNumber: number): number | undefined {
  const length = unitMs[unit]
  return length === undefined ? undefined : length * unitNumber
}

/** The past of one contract: what was traded since the simulator started, and before that an invented but repeatable history. */
export class RecordedBars {
  readonly #seed: number
  readonly #grid: PriceGrid
  readonly #openingTicks: number
  readonly #startMs: number
  readonly #isTrading: (epochMs: number) => boolean
  readonly #seconds = new Map<number, Bucket>()

  constructor(origin: {
    readonly seed: number
    readonly name: string
    readonly grid: PriceGrid
    readonly openingTicks: number
    readonly startMs: number
    readonly isTrading: (epochMs: number) => boolean
  }) {
    this.#seed = origin.seed ^ hash(origin.name)
    this.#grid = origin.grid
    this.#openingTicks = origin.openingTicks
    this.#startMs = origin.startMs
    this.#isTrading = origin.isTrading
  }

  record(nowMs: number, ticks: number, volume: number): void {
    const second = Math.floor(nowMs / 1_000)
    const bucket = this.#seconds.get(second)
    if (bucket === undefined) {
      this.#seconds.set(second, { open: ticks, high: ticks, low: ticks, close: ticks, volume })
      const oldest = this.#seconds.size > secondsKept ? this.#seconds.keys().next().value : undefined
      if (oldest !== undefined) this.#seconds.delete(oldest)
      return
    }
    bucket.high = Math.max(bucket.high, ticks)
    bucket.low = Math.min(bucket.low, ticks)
    bucket.close = ticks
    bucket.volume += volume
  }

  /** Newest first, at most the limit, none from times without trading. */
  newestFirst(request: BarRequest, nowMs: number): WireBar[] {
    const length = barLengthMs(request.unit, request.unitNumber)
    if (length === undefined) return []
    const bars: WireBar[] = []
    const end = Math.min(request.toMs, nowMs)
    const first = Math.floor(request.fromMs / length) * length
    for (
      let start = Math.floor(end / length) * length;
      start >= first && bars.length < request.limit;
      start -= length
    ) {
      const isPartial = start + length > nowMs
      const isEmpty = start >= end || (isPartial && !request.includesPartial)
      const bucket = isEmpty ? undefined : this.#bucket(start, Math.min(start + length, nowMs))
      if (bucket !== undefined) bars.push(this.#wireBar(start, bucket))
    }
    return bars
  }

  #bucket(fromMs: number, toMs: number): Bucket | undefined {
    const lived = this.#lived(Math.max(fromMs, this.#startMs), toMs)
    const invented = fromMs < this.#startMs ? this.#invented(fromMs, Math.min(toMs, this.#startMs)) : undefined
    if (invented === undefined || lived === undefined) return invented ?? lived
    return {
      open: invented.open,
      high: Math.max(invented.high, lived.high),
      low: Math.min(invented.low, lived.low),
      close: lived.close,
      volume: invented.volume + lived.volume,
    }
  }

  #lived(fromMs: number, toMs: number): Bucket | undefined {
    let whole: Bucket | undefined
    for (let second = Math.floor(fromMs / 1_000); second * 1_000 < toMs; second += 1) {
      const bucket = this.#seconds.get(second)
      if (bucket === undefined) continue
      whole ??= { open: bucket.open, high: bucket.high, low: bucket.low, close: bucket.close, volume: 0 }
      whole.high = Math.max(whole.high, bucket.high)
      whole.low = Math.min(whole.low, bucket.low)
      whole.close = bucket.close
      whole.volume += bucket.volume
    }
    return whole
  }

  /** Sixteen looks at the invented past; a bar is what they saw. */
  #invented(fromMs: number, toMs: number): Bucket | undefined {
    const looks = 16
    const seen: number[] = []
    for (let look = 0; look <= looks; look += 1) {
      const at = fromMs + ((toMs - fromMs) * look) / looks
      // The last look is at the very end, which belongs to the next bar; what counts is whether this one still traded.
      if (this.#isTrading(Math.min(at, toMs - 1))) seen.push(this.#inventedTicks(at))
    }
    const open = seen[0]
    const close = seen.at(-1)
    if (open === undefined || close === undefined) return undefined
    const volume = 1 + Math.floor((this.#noise(fromMs, 7) + 1) * ((toMs - fromMs) / 1_000) * 4)
    return { open, close, high: Math.max(...seen), low: Math.min(...seen), volume }
  }

  /** Smooth noise of several periods around the opening price, with no effect at the start itself, where the live market takes over. */
  #inventedTicks(epochMs: number): number {
    const before = this.#startMs - epochMs
    let offset = 0
    for (const [periodMs, amplitude] of periods) {
      const position = before / periodMs
      const left = Math.floor(position)
      const from = left === 0 ? 0 : this.#noise(left, periodMs)
      offset += (from + (this.#noise(left + 1, periodMs) - from) * (position - left)) * amplitude
    }
    return Math.round(this.#openingTicks * (1 + offset))
  }

  /** In [-1, 1), the same for the same arguments. */
  #noise(index: number, salt: number): number {
    let value = Math.imul((index | 0) ^ this.#seed ^ Math.imul(salt | 0, 0x9e_37_79_b1), 0x85_eb_ca_6b)
    value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35)
    return ((value ^ (value >>> 16)) >>> 0) / 2 ** 31 - 1
  }

  #wireBar(startMs: number, bucket: Bucket): WireBar {
    return {
      t: wireStampText(startMs),
      o: priceOf(this.#grid, bucket.open),
      h: priceOf(this.#grid, bucket.high),
      l: priceOf(this.#grid, bucket.low),
      c: priceOf(this.#grid, bucket.close),
      v: bucket.volume,
    }
  }
}

/** Length of a swing and its size as a share of the price. */
const periods: readonly (readonly [number, number])[] = [
  [60_000, 0.0002],
  [900_000, 0.000_8],
  [14_400_000, 0.003],
  [345_600_000, 0.015],
]
