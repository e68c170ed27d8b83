import { percentile } from './percentile.ts'

/** One figure of a bench over its rounds. */
export interface Figure {
  readonly name: string
  readonly unit: 'ratio' | 'cores' | 'ms' | 'µs' | 'MiB' | 'events/s'
  /** One value a round. */
  readonly values: readonly number[]
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
  }[]
}

export function reportOf(bench: string, rounds: number, compares: string, figures: readonly Figure[]): Report {
  return {
    bench,
    rounds,
    compares,
    figures: figures.map(({ name, unit, values }) => {
      const p50 = percentile(values, 0.5)
      return { name, unit, median: p50, p50, p90: percentile(values, 0.9), p99: percentile(values, 0.99) }
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
  return [`${bench}: ${rounds} rounds`, `  ${compares}`, '', head, ...rows, ''].join('\n')
}

function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(1) : value.toFixed(3)
}
