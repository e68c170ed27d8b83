import type { Severity } from '@rm/domain'
import { z } from 'zod'
import { Secret } from './secret.ts'
import { choice, flag, objectTo, readBy, text, whole } from './setting-types.ts'

/*
 * Where alerts go (risk rules, 4.4; reliability L-12, P-17). Every address that is a credential by itself, as those of Slack and Discord are, is
 * given by a variable and never shown.
 */

/** Alert channels by name. */
export const NOTIFICATION_CHANNELS = ['discord', 'telegram', 'slack', 'webhook', 'email', 'alertmanager'] as const
export type ChannelName = (typeof NOTIFICATION_CHANNELS)[number]

/** Keys that have to be given by a variable. */
export const CHANNEL_CREDENTIALS: Readonly<Record<ChannelName, readonly string[]>> = {
  discord: ['webhook_url'],
  telegram: ['bot_token'],
  slack: ['webhook_url'],
  webhook: ['url', 'authorization'],
  email: ['password'],
  alertmanager: ['url', 'authorization'],
}

const SEVERITIES = ['warning', 'error', 'critical'] as const

/**
 * An address that is posted to: `https`, or `http` to this machine. Nothing may stand before an `@`; what follows a `?` may be part of the
 * credential that the address is.
 */
const address = readBy<string>((value) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  if (url !== null && url.username === '' && url.password === '' && isSafe(url)) return { value: url.href }
  return {
    expected: 'an https URL (http only on this machine), without a user name in it',
    why: 'alerts tell what an account holds, and the address itself may be a credential',
    fix: 'write an address that begins with https://',
  }
}).meta({ title: 'an https URL', type: 'string', pattern: '^https?://', examples: ['https://alerts.example/hook'] })

function isSafe({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true
  return protocol === 'http:' && isThisMachine(hostname)
}

/** Whether a host is this machine: nobody stands between. */
function isThisMachine(host: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The keys that every channel has. */
const BASICS = {
  enabled: flag('alerts are sent or not').default(false).describe('Whether alerts are sent there.'),
  min_severity: choice(SEVERITIES, 'milder alerts are not sent there')
    .default('warning')
    .describe('The mildest alerts that are sent there. When the channels of an alert fail, every other gets it.'),
}

/** A refinement: keys that have to be there when a channel is on. */
function needs<const Key extends string>(...keys: readonly Key[]) {
  return (
    settings: { readonly enabled: boolean } & { readonly [Needed in Key]?: unknown },
    context: z.RefinementCtx,
  ): void => {
    if (!settings.enabled) return
    for (const key of keys) {
      if (settings[key] !== undefined) continue
      objectTo(context, [], settings, {
        expected: `\`${key}\`, as the channel is on`,
        why: 'without it no alert can be sent',
        fix: `add \`${key}\`, or write \`enabled: false\``,
      })
    }
  }
}

const authorization = text('the value of an Authorization header', 'the receiver knows the sender by it')
  .optional()
  .describe('Value of the `Authorization` header, by variable.')
  .meta({ examples: ['Bearer 5f1c'] })

const mailbox = text('a mail address', 'mail needs a sender and a recipient').meta({ examples: ['risk@example.org'] })

export const NotificationsSchema = z
  .strictObject({
    show_accounts: flag('alerts name accounts in full or not')
      .default(false)
      .describe('Whether alerts name accounts in full. Otherwise the last four digits.'),
    show_balances: flag('alerts tell balances or not')
      .default(false)
      .describe('Whether alerts tell by how much a balance moved.'),
    discord: z
      .strictObject({
        ...BASICS,
        webhook_url: address.optional().describe('The webhook of the channel, by variable.'),
      })
      .superRefine(needs('webhook_url'))
      .prefault({})
      .describe('A Discord channel.'),
    telegram: z
      .strictObject({
        ...BASICS,
        bot_token: text('the token of a bot', 'the bot is known by it')
          .optional()
          .describe('The token that BotFather gave, by variable.'),
        chat_id: text('the id of a chat, in quotes', 'the bot writes there')
          .optional()
          .describe('The chat, as a text: `"-100200300"` or `"@name"`.'),
        api_url: address
          .default('https://api.telegram.org')
          .describe("Where Telegram's Bot API, or a server of one's own, is reached."),
      })
      .superRefine(needs('bot_token', 'chat_id'))
      .prefault({})
      .describe('A Telegram chat, written to by a bot.'),
    slack: z
      .strictObject({ ...BASICS, webhook_url: address.optional().describe('The incoming webhook, by variable.') })
      .superRefine(needs('webhook_url'))
      .prefault({})
      .describe('A Slack channel.'),
    webhook: z
      .strictObject({
        ...BASICS,
        url: address.optional().describe('Alerts are posted there as JSON; by variable.'),
        authorization,
      })
      .superRefine(needs('url'))
      .prefault({})
      .describe('Any receiver of JSON.'),
    email: z
      .strictObject({
        ...BASICS,
        host: text('the name of a mail server', 'mail is handed to it').optional().describe('The mail server.'),
        port: whole(1, 65_535, 'mail is handed in there').default(587).describe('Its port.'),
        security: choice(['starttls', 'tls', 'none'], 'it decides how the way to the server is encrypted')
          .default('starttls')
          .describe('How the way is encrypted. `none` only to this machine.'),
        username: text('a user name', 'the server knows the sender by it')
          .optional()
          .describe('User name at the server, where it wants one.'),
        password: text('a password', 'the server knows the sender by it')
          .optional()
          .describe('Password at the server, by variable.'),
        from: mailbox.optional().describe('Sender of the mails.'),
        to: z
          .array(mailbox)
          .min(1)
          .optional()
          .describe('Recipients.')
          .meta({ examples: [['risk@example.org']] }),
      })
      .superRefine(needs('host', 'from', 'to'))
      .superRefine((email, context) => {
        if (!email.enabled || email.security !== 'none' || isThisMachine(email.host ?? '')) return
        objectTo(context, ['security'], email.security, {
          expected: '`starttls` or `tls`, as the server is another machine',
          why: 'without encryption anybody on the way can read the mail and the password',
          fix: 'write `starttls`',
        })
      })
      .prefault({})
      .describe('Mail by a server of your own or of your provider.'),
    alertmanager: z
      .strictObject({
        ...BASICS,
        url: address.optional().describe('Its address, without `/api/v2`; by variable.'),
        authorization,
      })
      .superRefine(needs('url'))
      .prefault({})
      .describe('An Alertmanager of Prometheus.'),
  })
  .prefault({})
  .describe('Alert channels.')

export const HeartbeatSchema = z
  .strictObject({
    url: address
      .optional()
      .describe(
        'A receiver that calls somebody when it hears nothing, on another machine; by variable. Without it nobody is told when all is gone.',
      ),
    interval_seconds: whole(5, 300, 'the receiver hears that the daemon lives')
      .default(30)
      .describe('Seconds between two heartbeats.'),
  })
  .prefault({})
  .describe('The sign of life to the outside.')

/** What every channel has. */
interface ChannelBasics {
  /** The mildest alerts that it gets. */
  readonly minSeverity: Severity
}

interface WebhookSettings extends ChannelBasics {
  readonly url: Secret
  readonly authorization: Secret | null
}

/** The settings of each channel. */
export interface ChannelSettings {
  readonly discord: ChannelBasics & { readonly webhookUrl: Secret }
  readonly telegram: ChannelBasics & { readonly botToken: Secret; readonly chatId: string; readonly apiUrl: string }
  readonly slack: ChannelBasics & { readonly webhookUrl: Secret }
  readonly webhook: WebhookSettings
  readonly email: ChannelBasics & {
    readonly host: string
    readonly port: number
    readonly security: 'starttls' | 'tls' | 'none'
    readonly username: string | null
    readonly password: Secret | null
    readonly from: string
    readonly to: readonly string[]
  }
  readonly alertmanager: WebhookSettings
}

export interface NotificationSettings {
  readonly showAccounts: boolean
  readonly showBalances: boolean
  /** `null`: turned off. */
  readonly channels: { readonly [Name in ChannelName]: ChannelSettings[Name] | null }
}

export interface HeartbeatSettings {
  /** `null`: there is no receiver. */
  readonly url: Secret | null
  readonly intervalMs: number
}

export function notificationSettingsOf({
  show_accounts: showAccounts,
  show_balances: showBalances,
  discord,
  telegram,
  slack,
  webhook,
  email,
  alertmanager,
}: z.infer<typeof NotificationsSchema>): NotificationSettings {
  return {
    showAccounts,
    showBalances,
    channels: {
      discord: discord.enabled ? { ...basics(discord), webhookUrl: secret(discord.webhook_url) } : null,
      telegram: telegram.enabled
        ? {
            ...basics(telegram),
            botToken: secret(telegram.bot_token),
            chatId: telegram.chat_id ?? '',
            apiUrl: telegram.api_url,
          }
        : null,
      slack: slack.enabled ? { ...basics(slack), webhookUrl: secret(slack.webhook_url) } : null,
      webhook: webhook.enabled ? { ...basics(webhook), ...receiverOf(webhook) } : null,
      email: email.enabled
        ? {
            ...basics(email),
            host: email.host ?? '',
            port: email.port,
            security: email.security,
            username: email.username ?? null,
            password: email.password === undefined ? null : secret(email.password),
            from: email.from ?? '',
            to: email.to ?? [],
          }
        : null,
      alertmanager: alertmanager.enabled ? { ...basics(alertmanager), ...receiverOf(alertmanager) } : null,
    },
  }
}

export function heartbeatSettingsOf(heartbeat: z.infer<typeof HeartbeatSchema>): HeartbeatSettings {
  const { url, interval_seconds: intervalSeconds } = heartbeat
  return { url: url === undefined ? null : new Secret(url), intervalMs: intervalSeconds * 1_000 }
}

function basics({ min_severity: minSeverity }: { readonly min_severity: Severity }): ChannelBasics {
  return { minSeverity }
}

function receiverOf({
  url,
  authorization: header,
}: {
  readonly url?: string | undefined
  readonly authorization?: string | undefined
}): Omit<WebhookSettings, 'minSeverity'> {
  return { url: secret(url), authorization: header === undefined ? null : new Secret(header) }
}

/** The schema has refused a channel that is on without it. */
function secret(written: string | undefined): Secret {
  return new Secret(written ?? '')
}
