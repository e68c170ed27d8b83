/** A page of metrics in the text format of Prometheus. */
export interface MetricsPage {
  /** Names by which a query finds something: those of the samples, and of metrics that have no sample yet. */
  readonly names: ReadonlySet<string>
  /** Sum of the samples of each name. */
  readonly sums: ReadonlyMap<string, number>
}

const HISTOGRAM_PARTS = ['_bucket', '_sum', '_count'] as const

export function readMetricsPage(text: string): MetricsPage {
  const names = new Set<string>()
  const sums = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, announced, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    if (announced !== undefined) names.add(announced)
    if (type === 'histogram') for (const part of HISTOGRAM_PARTS) names.add(`${announced}${part}`)
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line) ?? []
    if (name === undefined) continue
    names.add(name)
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return { names, sums }
}
