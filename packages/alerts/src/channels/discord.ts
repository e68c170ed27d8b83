import type { ChannelSettings } from '@rm/config'
import type { Severity } from '@rm/domain'
import type { Channel, Notice } from '../channel.ts'
import { cut, headline, particulars } from '../notice-text.ts'
import { postJson } from '../post-json.ts'

/** A webhook of Discord: one embed for each alert. It mentions nobody. */
export function discord({ webhookUrl, minSeverity }: ChannelSettings['discord']): Channel {
  return {
    name: 'discord',
    minSeverity,
    noticesMax: 5,
    send: (notices, deadlineMs) =>
      postJson({
        url: new URL(webhookUrl.reveal()),
        body: { embeds: notices.map(embed), allowed_mentions: { parse: [] } },
        authorization: null,
        deadlineMs,
      }),
  }
}

// Discord refuses more than 256 characters in a title and 6 000 in all embeds of a message.
const TITLE_MAX = 256
const DESCRIPTION_MAX = 900
const COLORS: Readonly<Record<Severity, number>> = { warning: 0xe0_a0_00, error: 0xd0_40_00, critical: 0xc0_00_20 }
const OVER_COLOR = 0x2f_9e_44

function embed(notice: Notice): object {
  return {
    title: cut(headline(notice), TITLE_MAX),
    description: cut(particulars(notice), DESCRIPTION_MAX),
    color: notice.kind === 'over' ? OVER_COLOR : COLORS[notice.severity],
  }
}
