import type { Validator } from '../../validator.ts'
import { latencyCheck } from './latency-check.ts'
import { throughputCheck } from './throughput-check.ts'

/** Whether the daemon is fast enough on this machine, and what it uses of it. */
export const performanceValidator: Validator = {
  title: 'Performance',
  runs: 'alone',
  checks: [latencyCheck, throughputCheck],
}
