import type { ChannelSettings } from '@rm/config'
import type { Channel } from '../channel.ts'
import { plainText } from '../notice-text.ts'
import { postJson } from '../post-json.ts'

/** A bot of Telegram, by `sendMessage` of its Bot API. Plain text: nothing in it is markup. */
export function telegram({ botToken, chatId, apiUrl, minSeverity }: ChannelSettings['telegram']): Channel {
  return {
    name: 'telegram',
    minSeverity,
    noticesMax: 3,
    send: (notices, deadlineMs) =>
      postJson({
        url: new URL(`${apiUrl.replace(/\/$/, '')}/bot${botToken.reveal()}/sendMessage`),
        body: {
          chat_id: chatId,
          text: plainText(notices, CHARACTERS_MAX),
          link_preview_options: { is_disabled: true },
        },
        authorization: null,
        deadlineMs,
      }),
  }
}

/** Of each: Telegram refuses a message of more than 4 096 characters. */
const CHARACTERS_MAX = 1_300
