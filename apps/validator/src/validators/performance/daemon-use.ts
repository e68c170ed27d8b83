import { type ControlClient, METRICS_PATH } from '@rm/control-api'

/** What the daemon measures of itself, as its metrics tell it. */
export interface DaemonUse {
  /** Events of the gateway since the start. */
  readonly events: number
  /** Processor time since the start, all threads together. */
  readonly cpuSeconds: number
  readonly residentMiB: number
}

const BYTES_A_MIB = 1_048_576

/** Throws when a metric is not there. */
export async function daemonUse(client: ControlClient): Promise<DaemonUse> {
  const { text } = await client.page(METRICS_PATH)
  return {
    events: metric(text, 'risk_manager_events'),
    cpuSeconds: metric(text, 'process_cpu_seconds_total'),
    residentMiB: metric(text, 'process_resident_memory_bytes') / BYTES_A_MIB,
  }
}

/** A sample without labels in the text format of Prometheus. */
function metric(page: string, name: string): number {
  const line = page.split('\n').find((one) => one.startsWith(`${name} `))
  const value = Number(line?.slice(name.length + 1))
  if (line === undefined || Number.isNaN(value)) throw new Error(`the daemon tells no ${name}`)
  return value
}
