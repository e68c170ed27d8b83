import type { ChannelSettings, LoadedConfig, NotificationSettings, RefusedConfig } from '@rm/config'
import { type Address, addressOfUrl, isThisMachine, reachAddress } from '../../reach-address.ts'
import { refusedSettings } from '../../refused-settings.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'

/** A place that the daemon would call. */
interface CalledAddress extends Address {
  /** The setting that names it. */
  readonly setting: string
}

/** Looks whether those who are to be called are named and there. Nothing is sent to them. */
export const callingAddressesCheck: Check = {
  id: 'calling-addresses',
  title: 'Alert channels and heartbeat have receivers that are there',
  from: 'quick',
  limitMs: 30_000,
  async run(context) {
    const { config, target } = context
    const unread = unreadSettings(config)
    if (!config.ok) return answer('The configuration is refused; what its diagnostics say of calls was read.', unread)
    const addresses = addressesOf(config)
    const mayLeave = target.kind === 'gateway' && context.mode !== 'quick'
    const tried = addresses.filter(({ host }) => mayLeave || isThisMachine(host))
    const findings = await Promise.all(tried.map((address) => reachFindings(address, context)))
    const rest = addresses.length - tried.length
    const left = rest === 0 ? '' : ` ${rest} on other machines: they are tried with --target gateway.`
    const evidence = `${addresses.length} addresses are configured, ${tried.length} were connected to.${left}`
    return answer(evidence, [...nobodyFindings(config), ...findings.flat()])
  },
}

/** A variable that is not set, or an address that is none, is refused with the whole configuration. */
function unreadSettings(config: LoadedConfig | RefusedConfig): readonly Finding[] {
  return refusedSettings(config, /^general\.(notifications|heartbeat)\b/)
}

/** Where nobody is called. Of the practice day that is worth knowing, of real money it has to be decided. */
function nobodyFindings({ api, general }: LoadedConfig): readonly Finding[] {
  const severity = api.environment === 'production' ? 'warning' : 'notice'
  const findings: Finding[] = []
  if (Object.values(general.notifications.channels).every((channel) => channel === null))
    findings.push({
      severity,
      place: 'general.notifications',
      what: 'no alert channel is on: nobody would hear of a breach',
      remedy: 'Turn one on in risk_config.yaml, and try it with "risk-manager alerts test".',
    })
  if (general.heartbeat.url === null)
    findings.push({
      severity,
      place: 'general.heartbeat',
      what: 'no receiver is named: nobody is called when this machine is gone',
      remedy: 'Name a receiver on another machine that calls when it hears nothing.',
    })
  return findings
}

function addressesOf({ general: { notifications, heartbeat } }: LoadedConfig): readonly CalledAddress[] {
  const written = (Object.keys(ADDRESSES) as (keyof NotificationSettings['channels'])[]).flatMap((name) =>
    addressOf(name, notifications.channels),
  )
  return heartbeat.url === null ? written : [...written, ofUrl('general.heartbeat.url', heartbeat.url.reveal())]
}

function addressOf<Name extends keyof ChannelSettings>(
  name: Name,
  channels: { readonly [One in Name]: ChannelSettings[One] | null },
): readonly CalledAddress[] {
  const settings = channels[name]
  return settings === null ? [] : [ADDRESSES[name](settings)]
}

const ADDRESSES: { readonly [Name in keyof ChannelSettings]: (settings: ChannelSettings[Name]) => CalledAddress } = {
  discord: ({ webhookUrl }) => ofUrl('general.notifications.discord.webhook_url', webhookUrl.reveal()),
  telegram: ({ apiUrl }) => ofUrl('general.notifications.telegram.api_url', apiUrl),
  slack: ({ webhookUrl }) => ofUrl('general.notifications.slack.webhook_url', webhookUrl.reveal()),
  webhook: ({ url }) => ofUrl('general.notifications.webhook.url', url.reveal()),
  email: ({ host, port, security }) => ({
    setting: 'general.notifications.email.host',
    host,
    port,
    isEncrypted: security === 'tls',
  }),
  alertmanager: ({ url }) => ofUrl('general.notifications.alertmanager.url', url.reveal()),
}

function ofUrl(setting: string, url: string): CalledAddress {
  return { setting, ...addressOfUrl(url) }
}

async function reachFindings(address: CalledAddress, { signal }: CheckContext): Promise<readonly Finding[]> {
  const reason = await reachAddress(address, signal)
  if (reason === null) return []
  // The path of an address may be a credential, so only its host is shown.
  const what = `${address.host}:${address.port} cannot be reached: ${reason}`
  const remedy = 'Correct the address, or start its receiver, and try "risk-manager alerts test".'
  return [{ severity: 'error', place: address.setting, what, remedy }]
}
