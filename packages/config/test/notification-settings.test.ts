import { describe, expect, test } from 'vitest'
import { accepted, diagnosticsOf, VALID, VARIABLES } from './config-fixture.ts'

const variables = { ...VARIABLES, SECRET: 'https://hooks.example/s3cret', TOKEN: 't0ken', FAR: 'http://far.example/x' }
const general = (text: string) => ({ 'risk_config.yaml': `general: ${text}\n${VALID['risk_config.yaml']}` })
const channels = (text: string) => general(`{ notifications: ${text} }`)

describe('alert channels', () => {
  test('are off unless they are turned on', () => {
    const { notifications, heartbeat } = accepted({}).general
    expect(Object.values(notifications.channels).every((channel) => channel === null)).toBe(true)
    expect(notifications).toMatchObject({ showAccounts: false, showBalances: false })
    expect(heartbeat).toEqual({ url: null, intervalMs: 30_000 })
  })

  test('take their credentials from variables, and nothing of them is shown (S-16)', () => {
    const config = accepted(
      channels(
        '{ slack: { enabled: true, min_severity: error, webhook_url: "${SECRET}" }, telegram: { enabled: true, bot_token: "${TOKEN}", chat_id: "-5" } }',
      ),
      { variables },
    )
    const { slack, telegram, email } = config.general.notifications.channels
    expect([slack?.minSeverity, slack?.webhookUrl.reveal()]).toEqual(['error', 'https://hooks.example/s3cret'])
    expect([telegram?.minSeverity, telegram?.botToken.reveal(), telegram?.chatId]).toEqual(['warning', 't0ken', '-5'])
    expect(email).toBeNull()
    expect(JSON.stringify(config)).not.toMatch(/s3cret|t0ken/)
    expect(JSON.stringify(config.effective)).toContain('*** (28 characters)')
  })

  test.each([
    ['{ slack: { enabled: true } }', 'slack'],
    ['{ webhook: { enabled: true, url: "${FAR}" } }', 'webhook.url'],
    ['{ webhook: { url: https://hooks.example/literal } }', 'webhook.url'],
    ['{ discord: { webhook_url: https://hooks.example/literal } }', 'discord.webhook_url'],
    ['{ alertmanager: { authorization: Bearer x } }', 'alertmanager.authorization'],
    ['{ email: { password: hunter2 } }', 'email.password'],
    ['{ email: { enabled: true, host: mail.example, from: a@b.example } }', 'email'],
    [
      '{ email: { enabled: true, host: mail.example, from: a@b.example, to: [a@b.example], security: none } }',
      'email.security',
    ],
    ['{ telegram: { enabled: true, bot_token: "${TOKEN}" } }', 'telegram'],
    ['{ telegram: { min_severity: loud } }', 'telegram.min_severity'],
    ['{ slack: { channel: risk } }', 'slack.channel'],
  ])('%s is refused at %s', (text, keyPath) => {
    const found = diagnosticsOf(channels(text), 'error', { variables })
    expect([...new Set(found.map((one) => one.keyPath))]).toEqual([`general.notifications.${keyPath}`])
    expect(JSON.stringify(found)).not.toMatch(/hunter2|literal/)
  })

  test('may be told without encryption on this machine alone', () => {
    const text = channels('{ webhook: { enabled: true, url: "${HERE}" } }')
    const { webhook } = accepted(text, { variables: { ...variables, HERE: 'http://127.0.0.1:9/x?key=5' } }).general
      .notifications.channels
    expect(webhook?.url.reveal()).toBe('http://127.0.0.1:9/x?key=5')
  })
})

describe('the heartbeat', () => {
  test('has an address that is a credential', () => {
    const { heartbeat } = accepted(general('{ heartbeat: { url: "${SECRET}", interval_seconds: 5 } }'), {
      variables,
    }).general
    expect([heartbeat.url?.reveal(), heartbeat.intervalMs]).toEqual(['https://hooks.example/s3cret', 5_000])
  })

  test.each([
    ['{ heartbeat: { url: https://beat.example/5f1c } }', 'url'],
    ['{ heartbeat: { interval_seconds: 4 } }', 'interval_seconds'],
  ])('%s is refused', (text, key) => {
    const found = diagnosticsOf(general(text), 'error')
    expect(found.map((one) => one.keyPath)).toEqual([`general.heartbeat.${key}`])
  })
})
