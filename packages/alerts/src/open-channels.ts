import type { ChannelName, ChannelSettings, NotificationSettings } from '@rm/config'
import type { Channel } from './channel.ts'
import { alertmanager } from './channels/alertmanager.ts'
import { discord } from './channels/discord.ts'
import { email } from './channels/email.ts'
import { slack } from './channels/slack.ts'
import { telegram } from './channels/telegram.ts'
import { webhook } from './channels/webhook.ts'

/** The channels that are turned on. Nothing is connected yet. */
export function openChannels({ channels }: Pick<NotificationSettings, 'channels'>): readonly Channel[] {
  return NAMES.flatMap((name) => open(name, channels[name]) ?? [])
}

type Opener<Name extends ChannelName> = (settings: ChannelSettings[Name]) => Channel

const OPENERS: { readonly [Name in ChannelName]: Opener<Name> } = {
  webhook,
  slack,
  discord,
  telegram,
  email,
  alertmanager,
}

/** In this order a test tells of them. */
const NAMES = ['webhook', 'slack', 'discord', 'telegram', 'email', 'alertmanager'] as const

function open<Name extends ChannelName>(name: Name, settings: ChannelSettings[Name] | null): Channel | null {
  return settings === null ? null : OPENERS[name](settings)
}
