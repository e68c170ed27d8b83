import type { ChannelSettings } from '@rm/config'
import type { Severity } from '@rm/domain'
import type { Channel, Notice } from '../channel.ts'
import { cut, headline, particulars } from '../notice-text.ts'
import { postJson } from '../post-json.ts'

/** An incoming webhook of Slack: one attachment for each alert. */
export function slack({ webhookUrl, minSeverity }: ChannelSettings['slack']): Channel {
  return {
    name: 'slack',
    minSeverity,
    noticesMax: 10,
    send: (notices, deadlineMs) =>
      postJson({
        url: new URL(webhookUrl.reveal()),
        body: { text: escaped(notices.map(headline).join('\n')), attachments: notices.map(attachment) },
        authorization: null,
        deadlineMs,
      }),
  }
}

/** Slack shows no more of a text. */
const CHARACTERS_MAX = 3_000
const COLORS: Readonly<Record<Severity, string>> = { warning: '#e0a000', error: '#d04000', critical: '#c00020' }
const OVER_COLOR = '#2f9e44'

function attachment(notice: Notice): object {
  const color = notice.kind === 'over' ? OVER_COLOR : COLORS[notice.severity]
  return { color, fallback: escaped(headline(notice)), text: escaped(cut(particulars(notice), CHARACTERS_MAX)) }
}

/** Slack reads these as markup: a rule's text must not mention a whole channel. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
