import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ChannelName } from '@rm/config'
import { unreachable } from '@rm/domain'
import { changeCopy } from '../rehearsal/change-copy.ts'
import { HttpSink } from './http-sink.ts'
import { MailSink } from './mail-sink.ts'

/** The shortest interval that the settings allow. */
const HEARTBEAT_SECONDS = 5
/** Where heartbeats are posted to. */
export const HEARTBEAT_PATH = '/heartbeat'

/** Receivers on this machine for every alert channel and for the heartbeat. */
export class AlertSinks implements AsyncDisposable {
  readonly http: HttpSink
  readonly #mail: MailSink

  private constructor(http: HttpSink, mail: MailSink) {
    this.http = http
    this.#mail = mail
  }

  static async open(): Promise<AlertSinks> {
    return new AlertSinks(await HttpSink.open(), await MailSink.open())
  }

  /** What a channel has brought so far, as text. */
  receivedBy(channel: ChannelName): readonly string[] {
    return channel === 'email' ? this.#mail.mails : this.http.below(`/${channel}`).map(({ body }) => body)
  }

  /** Bodies of the heartbeats that came so far. */
  get heartbeats(): readonly string[] {
    return this.http.below(HEARTBEAT_PATH).map(({ body }) => body)
  }

  /** Points channels and heartbeat of a copied configuration here. Each of the channels gets errors, also one that is kept for critical alerts. */
  receiveFor(configDirectory: string, channels: readonly ChannelName[]): void {
    const sections = channels.map((name) => [name, { enabled: true, min_severity: 'error', ...this.#addressOf(name) }])
    changeCopy(configDirectory, 'risk_config.yaml', (document) => {
      document.setIn(['general', 'notifications'], document.createNode(Object.fromEntries(sections)))
      const heartbeat = { url: '${RM_SINK_HEARTBEAT}', interval_seconds: HEARTBEAT_SECONDS }
      document.setIn(['general', 'heartbeat'], document.createNode(heartbeat))
    })
    const variables = {
      RM_SINK_HEARTBEAT: `${this.http.url}${HEARTBEAT_PATH}`,
      RM_SINK_BOT: 'rehearsal',
      ...Object.fromEntries(BY_ADDRESS.map((name) => [variableOf(name), `${this.http.url}/${name}`])),
    }
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(path.join(configDirectory, '.env'), lines.join(''), { mode: 0o600 })
  }

  #addressOf(name: ChannelName): object {
    switch (name) {
      case 'telegram':
        return { bot_token: '${RM_SINK_BOT}', chat_id: 'rehearsal', api_url: `${this.http.url}/telegram` }
      case 'email':
        return { host: '127.0.0.1', port: this.#mail.port, security: 'none', from: MAILBOX, to: [MAILBOX] }
      case 'discord':
      case 'slack':
        return { webhook_url: `\${${variableOf(name)}}` }
      case 'webhook':
      case 'alertmanager':
        return { url: `\${${variableOf(name)}}` }
      default:
        return unreachable(name)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.http[Symbol.asyncDispose](), this.#mail[Symbol.asyncDispose]()])
  }
}

/** Channels whose address is a credential, so that it has to come by a variable. */
const BY_ADDRESS = ['discord', 'slack', 'webhook', 'alertmanager'] as const
const MAILBOX = 'rehearsal@localhost.localdomain'

function variableOf(channel: ChannelName): string {
  return `RM_SINK_${channel.toUpperCase()}`
}
