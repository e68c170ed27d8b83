const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * A series as a line of bars, the lowest value at the bottom and the highest at the top. Where there are more values than columns each column
 * has the highest of its share, so that no peak is lost.
 */
export function sparkLine(values: readonly number[], columns: number): string {
  const width = Math.min(columns, values.length)
  const peaks = Array.from({ length: width }, (_, column) =>
    Math.max(
      ...values.slice(Math.floor((column * values.length) / width), Math.floor(((column + 1) * values.length) / width)),
    ),
  )
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)]
  const step = high === low ? Number.POSITIVE_INFINITY : (high - low) / (BARS.length - 1)
  return peaks.map((peak) => BARS[Math.round((peak - low) / step)] ?? '').join('')
}
