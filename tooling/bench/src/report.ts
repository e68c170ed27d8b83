import { percentile } from '@rm/runtime-pack'

/** One figure of a bench over its rounds. */
export interface Figure {
  readonly name: string
  readonly unit: 'ratio' | 'cores' | 'ms' | 'µs' | 'MiB' | 'events/s'
  /** One value a round. */
  readonly values: readonly number[]
  /** What no value may exceed. */
  readonly max?: number
}

export interface Report {
  readonly bench: string
  readonly rounds: number
  /** What is compared with what, in one sentence. */
  readonly compares: string
  readonly figures: readonly {
    readonly name: string
    readonly unit: Figure['unit']
    readonly median: number
    readonly p50: number
    readonly p90: number
    readonly p99: number
    readonly worst: number
    /** What no value may exceed; `null`: nothing is promised. */
    readonly max: number | null
  }[]
}

export function reportOf(bench: string, rounds: number, compares: string, figures: readonly Figure[]): Report {
  return {
    bench,
    rounds,
    compares,
    figures: figures.map(({ name, unit, values, max = null }) => {
      const p50 = percentile(values, 0.5)
      const [p90, p99] = [percentile(values, 0.9), percentile(values, 0.99)]
      return { name, unit, median: p50, p50, p90, p99, worst: Math.max(...values), max }
    }),
  }
}

/** A table within 80 columns. */
export function renderReport({ bench, rounds, compares, figures }: Report): string {
  const rows = figures.map(
    ({ name, unit, median, p90, p99 }) =>
      `  ${name.padEnd(36)}${shown(median).padStart(10)}${shown(p90).padStart(10)}${shown(p99).padStart(10)}  ${unit}`,
  )
  const head = `  ${''.padEnd(36)}${'median'.padStart(10)}${'p90'.padStart(10)}${'p99'.padStart(10)}`
  const bounds = figures.map(describeBound).filter((line) => line !== null)
  return [`${bench}: ${rounds} rounds`, `  ${compares}`, '', head, ...rows, ...bounds, ''].join('\n')
}

/** Whether no value exceeded what is promised. */
export function isWithinBounds({ figures }: Report): boolean {
  return figures.every(({ worst, max }) => max === null || worst <= max)
}

function describeBound({ name, unit, worst, max }: Report['figures'][number]): string | null {
  if (max === null) return null
  return `  ${name}: worst ${shown(worst)} of ${shown(max)} ${unit}, ${worst <= max ? 'held' : 'EXCEEDED'}`
}

function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(1) : value.toFixed(3)
}
