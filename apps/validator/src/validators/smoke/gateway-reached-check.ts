import type { LoadedConfig } from '@rm/config'
import { CLOCK_OFFSET_MS_MAX, type GatewayProbe, probeGateways } from '@rm/runtime-pack'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { wallClockMs } from '../../system-clock.ts'
import { answer, type Check } from '../../validator.ts'
import { targetedConfig } from './targeted-config.ts'

const PROBE_MS = 5_000
const DAY_MS = 86_400_000
/** A certificate that ends sooner is worth a word; most are renewed a month before. */
const CERTIFICATE_DAYS_MIN = 10
const ANSWERED_BADLY = 500

/** Each address of the configured gateway is asked once, without a login. */
export const gatewayReachedCheck: Check = {
  id: 'gateway-reached',
  title: 'The configured gateway answers, by TLS that is trusted, and its clock agrees with this machine',
  from: 'quick',
  limitMs: 30_000,
  async run(context) {
    const config = targetedConfig(context)
    if ('notApplicable' in config) return config
    const probes = await probeGateways(config.api, PROBE_MS)
    const answered = probes.filter(({ fault }) => fault === null)
    const [rest] = probes
    const protocols = new Set(answered.map(({ tls }) => tls?.protocol ?? 'no encryption'))
    return answer(
      `${answered.length} of ${probes.length} addresses answered, by ${[...protocols].join(', ') || 'nothing'}; the clocks are ${rest?.clockOffsetMs ?? 'an unknown number of'} ms apart.`,
      [...probes.flatMap(addressFindings), ...clockFindings(config, rest)],
      probes.flatMap(measureOf),
    )
  },
}

function addressFindings({ url, fault, status, tls }: GatewayProbe): readonly Finding[] {
  if (fault !== null) return [gatewayFinding(url, `no answer: ${fault}`)]
  if (status !== null && status >= ANSWERED_BADLY) return [gatewayFinding(url, `answered with status ${status}`)]
  const daysLeft = tls?.validUntil ? (Date.parse(tls.validUntil) - wallClockMs()) / DAY_MS : null
  if (daysLeft === null || daysLeft >= CERTIFICATE_DAYS_MIN) return []
  const what = `its certificate ends in ${Math.floor(daysLeft)} days (${tls?.validUntil})`
  return [{ severity: 'warning', place: url, what, remedy: 'Ask who runs the gateway or the proxy to renew it.' }]
}

function gatewayFinding(place: string, what: string): Finding {
  const remedy =
    'Check the addresses in api_config.yaml, tls.ca_file and the network; "risk-manager env" shows each step of the way.'
  return { severity: 'error', place, what, remedy, failure: 'gateway' }
}

/** A simulator has a day of its own. */
function clockFindings({ api }: LoadedConfig, rest: GatewayProbe | undefined): readonly Finding[] {
  if (api.environment !== 'production' || rest === undefined || rest.fault !== null) return []
  const { clockOffsetMs } = rest
  if (clockOffsetMs !== null && Math.abs(clockOffsetMs) <= CLOCK_OFFSET_MS_MAX) return []
  const what =
    clockOffsetMs === null
      ? 'the gateway told no time to compare with'
      : `${clockOffsetMs} ms from the gateway's, and ${CLOCK_OFFSET_MS_MAX} ms are allowed: time would not be trusted, and nothing would unlock`
  const remedy = 'Let a time service (chrony, systemd-timesyncd, w32time) keep the clock of this machine.'
  return [{ severity: 'error', place: 'clock of this machine', what, remedy, failure: 'environment' }]
}

function measureOf({ url, answerMs }: GatewayProbe): readonly Measure[] {
  if (answerMs === null) return []
  const remedy = 'A request to close takes as long: run the daemon nearer to the gateway.'
  return [{ name: `answer of ${new URL(url).pathname}`, value: answerMs, unit: 'ms', bound: null, remedy, series: [] }]
}
