import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { LoadedConfig } from '@rm/config'
import { HARMFUL_VARIABLES } from '@rm/runtime-pack'
import { addressOfUrl, isThisMachine, reachAddress } from '../../reach-address.ts'
import { refusedSettings } from '../../refused-settings.ts'
import type { Finding } from '../../report/validation-report.ts'
import { wallClockMs } from '../../system-clock.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'

/** Looks whether everything that leaves this machine is encrypted and nobody can stand between. */
export const encryptedWaysCheck: Check = {
  id: 'encrypted-ways',
  title: 'What leaves this machine leaves by https and wss, with certificates that are verified',
  from: 'quick',
  limitMs: 60_000,
  async run(context) {
    const { config } = context
    const refused = refusedSettings(config, /url\b|^tls\b/)
    const variables = variableFindings(context)
    if (!config.ok)
      return answer('The configuration is refused; what is said of its addresses was read.', [...refused, ...variables])
    const ways = waysOf(config)
    const findings = [...ways.flatMap((way) => wayFindings(way, config)), ...authorityFindings(config, context)]
    const handshakes = await handshakeFindings(ways, context)
    const evidence = `${ways.length} addresses of the ${config.api.environment} environment and ${HARMFUL_VARIABLES.length} variables were looked at; ${handshakes.count} certificates were verified.`
    return answer(evidence, [...findings, ...variables, ...handshakes.findings])
  },
}

/** Something that is called over the network, by its setting. */
interface Way {
  readonly setting: string
  readonly url: string
}

function waysOf({ api, general: { audit } }: LoadedConfig): readonly Way[] {
  const gateway = [
    { setting: 'api_url', url: api.apiUrl },
    { setting: 'user_hub_url', url: api.userHubUrl },
    { setting: 'market_hub_url', url: api.marketHubUrl },
  ]
  return audit.anchorUrl === null
    ? gateway
    : [...gateway, { setting: 'general.audit.anchor_url', url: audit.anchorUrl }]
}

/** The settings themselves admit http to this machine, where the simulator is; a gateway that is real is never there. */
function wayFindings({ setting, url }: Way, { api }: LoadedConfig): readonly Finding[] {
  const { host, isEncrypted } = addressOfUrl(url)
  const isOfGateway = !setting.startsWith('general.')
  if (isEncrypted || (isThisMachine(host) && (api.environment === 'simulator' || !isOfGateway))) return []
  const what = `${new URL(url).origin} is not encrypted, and the environment is ${api.environment}`
  const remedy = 'Write the https address of the firm, or "environment: simulator" for the simulator of this machine.'
  return [{ severity: 'error', place: `api_config.yaml ${setting}`, what, remedy }]
}

function authorityFindings({ api }: LoadedConfig, { subject }: CheckContext): readonly Finding[] {
  const { caFile } = api.tls
  if (caFile === null) return []
  const file = path.resolve(subject.configDirectory, caFile)
  const remedy = 'Put the certificate of the company proxy there in PEM, or remove tls.ca_file.'
  try {
    const { validToDate, subject: owner } = new X509Certificate(readFileSync(file))
    if (validToDate.getTime() > wallClockMs()) return []
    const what = `the certificate of ${owner.replaceAll('\n', ', ')} ended on ${validToDate.toISOString().slice(0, 10)}`
    return [{ severity: 'error', place: file, what, remedy }]
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return [{ severity: 'error', place: file, what, remedy }]
  }
}

/** With a gateway on another machine the daemon would refuse to start; its service may have another environment than this shell. */
function variableFindings({ subject: { environment }, config }: CheckContext): readonly Finding[] {
  const isAtStake = config.ok && !waysOf(config).every(({ url }) => isThisMachine(addressOfUrl(url).host))
  return HARMFUL_VARIABLES.filter((name) => (environment[name] ?? '') !== '').map((name) => ({
    severity: !isAtStake ? 'notice' : name === NO_VERIFICATION ? 'error' : 'warning',
    place: `$${name}`,
    what: 'it is set, and brings code, options or certificates of others into the daemon, which would not start with it',
    remedy: 'Unset it for the daemon; a certificate authority of your own belongs into tls.ca_file.',
  }))
}

/** Nobody sets it but to be talked to by anybody. */
const NO_VERIFICATION = 'NODE_TLS_REJECT_UNAUTHORIZED'

/** Only the real gateway is on another machine, and only when it is to be looked at. */
async function handshakeFindings(
  ways: readonly Way[],
  { target, mode, signal }: CheckContext,
): Promise<{ readonly count: number; readonly findings: readonly Finding[] }> {
  if (target.kind !== 'gateway' || mode === 'quick') return { count: 0, findings: [] }
  const reasons = await Promise.all(ways.map(({ url }) => reachAddress(addressOfUrl(url), signal)))
  const findings = ways.flatMap(({ setting, url }, index): readonly Finding[] => {
    const reason = reasons[index] ?? null
    if (reason === null) return []
    const what = `${new URL(url).host}: ${reason}`
    const remedy = 'Look at the network and at tls.ca_file; a certificate that does not fit may be an attack.'
    return [{ severity: 'error', place: `api_config.yaml ${setting}`, what, remedy }]
  })
  return { count: ways.length - findings.length, findings }
}
