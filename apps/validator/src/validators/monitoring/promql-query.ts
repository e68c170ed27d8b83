import { parser } from '@prometheus-io/lezer-promql'

/** What a query of Prometheus asks for. */
export interface PromqlQuery {
  /** Whether Prometheus could read it. */
  readonly isValid: boolean
  readonly metrics: ReadonlySet<string>
}

/** A variable of Grafana where a length of time stands, and anywhere else. */
const RANGE_VARIABLE = /\[\$\{?\w+\}?\]/g
const OTHER_VARIABLE = /\$\{?\w+(:\w+)?\}?/g

/** Reads a query with the grammar that Prometheus itself gives to its editors. */
export function readPromql(written: string): PromqlQuery {
  const query = written.replaceAll(RANGE_VARIABLE, '[5m]').replaceAll(OTHER_VARIABLE, 'x')
  const metrics = new Set<string>()
  let isValid = query.trim() !== ''
  parser.parse(query).iterate({
    enter: ({ type, name, from, to, node }) => {
      if (type.isError) isValid = false
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.add(query.slice(from, to))
    },
  })
  return { isValid, metrics }
}
