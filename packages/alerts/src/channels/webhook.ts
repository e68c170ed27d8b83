import type { ChannelSettings } from '@rm/config'
import type { Channel } from '../channel.ts'
import { postJson } from '../post-json.ts'

/** Any receiver of JSON: `{ version: 1, alerts: [ … ] }`, each alert as a {@link Notice}. */
export function webhook({ url, authorization, minSeverity }: ChannelSettings['webhook']): Channel {
  return {
    name: 'webhook',
    minSeverity,
    noticesMax: 50,
    send: (notices, deadlineMs) =>
      postJson({ url: new URL(url.reveal()), body: { version: 1, alerts: notices }, authorization, deadlineMs }),
  }
}
