import { type NotificationSettings, Secret } from '@rm/config'
import { SpoiltServer } from '@rm/package-config/spoilt-server'
import { describe, expect, test } from 'vitest'
import { type Channel, ChannelFault, openChannels } from '../src/index.ts'
import { HttpSink } from './http-sink.ts'
import { aNotice } from './notices.ts'

const OFF: NotificationSettings['channels'] = {
  discord: null,
  telegram: null,
  slack: null,
  webhook: null,
  email: null,
  alertmanager: null,
}

function only(channels: Partial<NotificationSettings['channels']>): Channel {
  const [channel] = openChannels({ channels: { ...OFF, ...channels } })
  if (channel === undefined) throw new Error('no channel is on')
  return channel
}

const minSeverity = 'warning'
const webhookTo = (url: string): Channel =>
  only({ webhook: { minSeverity, url: new Secret(url), authorization: new Secret('Bearer 5f1c') } })

function bodyOf({ received: [first] }: HttpSink): unknown {
  if (first === undefined) throw new Error('nothing was received')
  return first.body
}

describe('a webhook', () => {
  test('gets alerts as JSON, with what is needed to know a repetition', async () => {
    await using sink = await HttpSink.open()
    await webhookTo(sink.url('/hook?key=5')).send([aNotice()], 1_000)
    const [received] = sink.received
    expect(received?.path).toBe('/hook?key=5')
    expect(received?.headers).toMatchObject({ authorization: 'Bearer 5f1c', 'content-type': 'application/json' })
    expect(received?.body).toEqual({ version: 1, alerts: [aNotice()] })
  })

  test.each([500, 404, 302])('that answers %i has not got it', async (status) => {
    await using sink = await HttpSink.open()
    sink.answer = { status, headers: { location: sink.url('/elsewhere') } }
    await expect(webhookTo(sink.url('/s3cret')).send([aNotice()], 1_000)).rejects.toThrow(`answered ${status}`)
    expect(sink.received).toHaveLength(1)
  })

  test('that wants to be left alone says for how long', async () => {
    await using sink = await HttpSink.open()
    sink.answer = { status: 429, headers: { 'retry-after': '7' } }
    const fault = await webhookTo(sink.url('/s3cret'))
      .send([aNotice()], 1_000)
      .catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(ChannelFault)
    expect(fault).toMatchObject({ retryAfterMs: 7_000 })
    expect(String(fault)).not.toContain('s3cret')
  })

  test('that does not answer is given up at the deadline', async () => {
    await using sink = await HttpSink.open()
    sink.answer = 'nothing'
    const begun = performance.now()
    await expect(webhookTo(sink.url()).send([aNotice()], 200)).rejects.toThrow('did not answer within 200 ms')
    expect(performance.now() - begun).toBeLessThan(1_000)
  })

  test.each(['cuts the connection', 'answers nonsense'] as const)('that %s has not got it', async (spoiling) => {
    await using server = await SpoiltServer.open(spoiling)
    await expect(webhookTo(server.url).send([aNotice()], 1_000)).rejects.toThrow(
      /^127\.0\.0\.1:\d+ cannot be reached: /,
    )
  })

  test('that is not there is named by its host alone (S-16)', async () => {
    const fault = await webhookTo('http://127.0.0.1:9/s3cret')
      .send([aNotice()], 1_000)
      .catch((error: unknown) => String(error))
    expect(fault).toContain('127.0.0.1:9 cannot be reached')
    expect(fault).not.toContain('s3cret')
  })

  test('is reached directly, whatever proxy the environment names (X-07)', async () => {
    await using sink = await HttpSink.open()
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9'
    process.env['NODE_USE_ENV_PROXY'] = '1'
    try {
      await webhookTo(sink.url()).send([aNotice()], 1_000)
    } finally {
      delete process.env['HTTP_PROXY']
      delete process.env['NODE_USE_ENV_PROXY']
    }
    expect(sink.received).toHaveLength(1)
  })
})

describe('a chat', () => {
  test('of Slack gets one attachment for each alert, without markup of ours', async () => {
    await using sink = await HttpSink.open()
    const channel = only({ slack: { minSeverity, webhookUrl: new Secret(sink.url('/services/1')) } })
    await channel.send([aNotice(), aNotice({ id: '3-2', kind: 'over' })], 1_000)
    expect(sink.received[0]?.path).toBe('/services/1')
    expect(sink.received[0]?.body).toEqual({
      text: 'ERROR RULE-001, account …1001: 3 contracts are held &amp; &lt;2&gt; are allowed\nOver: ERROR RULE-001, account …1001: 3 contracts are held &amp; &lt;2&gt; are allowed',
      attachments: [
        expect.objectContaining({
          color: '#d04000',
          text: 'measured 3, limit 2\nincident 3-1, since 2026-11-18T15:45:00.000Z',
        }),
        expect.objectContaining({ color: '#2f9e44' }),
      ],
    })
  })

  test('of Discord gets embeds that mention nobody and fit', async () => {
    await using sink = await HttpSink.open()
    const channel = only({ discord: { minSeverity, webhookUrl: new Secret(sink.url('/api/webhooks/1')) } })
    const long = aNotice({ text: '@everyone '.repeat(100), details: ['x'.repeat(5_000)] })
    await channel.send(
      Array.from({ length: channel.noticesMax }, () => long),
      1_000,
    )
    const { embeds, ...rest } = bodyOf(sink) as { embeds: { title: string; description: string }[] }
    expect(rest).toEqual({ allowed_mentions: { parse: [] } })
    expect(embeds.every(({ title, description }) => title.length <= 256 && description.length <= 4_096)).toBe(true)
    const characters = embeds.reduce((sum, { title, description }) => sum + title.length + description.length, 0)
    expect(characters).toBeLessThanOrEqual(6_000)
  })

  test('of Telegram gets plain text that fits', async () => {
    await using sink = await HttpSink.open()
    const channel = only({
      telegram: { minSeverity, botToken: new Secret('5:t0ken'), chatId: '-100', apiUrl: sink.url() },
    })
    const long = aNotice({ details: ['x'.repeat(5_000)] })
    await channel.send(
      Array.from({ length: channel.noticesMax }, () => long),
      1_000,
    )
    expect(sink.received[0]?.path).toBe('/bot5:t0ken/sendMessage')
    const { text, ...rest } = bodyOf(sink) as { text: string }
    expect(rest).toEqual({ chat_id: '-100', link_preview_options: { is_disabled: true } })
    expect(text.length).toBeLessThanOrEqual(4_096)
    expect(text).toContain('ERROR RULE-001, account …1001: 3 contracts are held & <2> are allowed\n')
  })
})
