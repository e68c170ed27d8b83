import type { ChannelSettings } from '@rm/config'
import { formatInstant, instantOf, later } from '@rm/domain'
import type { Channel, Notice } from '../channel.ts'
import { headline } from '../notice-text.ts'
import { postJson } from '../post-json.ts'

/**
 * An Alertmanager, by version 2 of its API. It routes and silences by labels, and knows an alert by all of them: one that worsens is another one
 * there, and the milder ends by itself.
 */
export function alertmanager({ url, authorization, minSeverity }: ChannelSettings['alertmanager']): Channel {
  const base = url.reveal()
  return {
    name: 'alertmanager',
    minSeverity,
    noticesMax: 50,
    send: (notices, deadlineMs) =>
      postJson({
        url: new URL('api/v2/alerts', base.endsWith('/') ? base : `${base}/`),
        body: notices.map(postable),
        authorization,
        deadlineMs,
      }),
  }
}

/** Alertmanager forgets an alert that nobody renews; what is not critical is not told again. */
const STANDS_MS = 24 * 60 * 60_000

function postable(notice: Notice): object {
  const { id, code, severity, account, text, details, begunAt, at, kind } = notice
  return {
    labels: {
      alertname: code,
      service: 'risk-manager',
      incident: id,
      severity,
      ...(account === null ? {} : { account }),
    },
    annotations: {
      summary: headline(notice),
      description: [text, ...details].join('\n'),
    },
    startsAt: begunAt,
    endsAt: kind === 'over' ? at : formatInstant(later(instantOf(at), STANDS_MS)),
  }
}
