import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret } from '@rm/config'
import { describe, expect, test } from 'vitest'
import { slackMessage } from '../../src/notification/slack-message.ts'
import { findWebhook, tellSlack } from '../../src/notification/slack-webhook.ts'
import { diffReports } from '../../src/report/report-diff.ts'
import { check, FINDING, fullReport, HOSTILE, reportOf } from '../report/sample-report.ts'

describe('the message', () => {
  test('has the verdict, counts, and the worst findings with what to do', () => {
    const { text, attachments } = slackMessage(fullReport(), null)
    expect(text).toBe('Validation of trading-desk: NOT FIT: do not deploy.')
    const [counts, first, second] = attachments[0]?.text.split('\n') ?? []
    expect(counts).toBe('standard, 41.3 s: 3 of 5 checks answered well; found: 1 error, 1 warning, 1 notice')
    expect(first).toBe(`• error, Strategy: ${FINDING.place}: ${FINDING.what} → ${FINDING.remedy}`)
    expect(second).toContain('• warning, Performance')
  })

  test('mentions no channel, whatever a finding says', () => {
    const report = reportOf([check({ verdict: 'failed', findings: [{ ...FINDING, what: HOSTILE }] })])
    expect(JSON.stringify(slackMessage(report, null))).not.toContain('<!channel>')
  })

  test('tells five of many findings and how many there are', () => {
    const findings = Array.from({ length: 60 }, () => ({ ...FINDING, what: 'x'.repeat(900) }))
    const [attachment] = slackMessage(reportOf([check({ verdict: 'failed', findings })]), null).attachments
    expect(attachment?.text.length).toBe(3_000)
    const short = slackMessage(reportOf([check({ findings: findings.map(() => FINDING) })]), null).attachments[0]?.text
    expect(short?.split('\n').at(-1)).toBe('and 55 more')
  })

  test('says what changed since the last run', () => {
    const now = reportOf([check({ verdict: 'failed', findings: [FINDING] })])
    const [attachment] = slackMessage(now, diffReports(reportOf([check()]), now)).attachments
    expect(attachment?.text).toContain('since 2026-11-27 (passed): 1 new, 0 gone')
  })
})

describe('the webhook', () => {
  test.each([
    [{}, 'is not set'],
    [{ VALIDATION_SLACK_WEBHOOK: '' }, 'is not set'],
    [{ VALIDATION_SLACK_WEBHOOK: 'hooks.slack.example/x' }, 'is no https address'],
    [{ VALIDATION_SLACK_WEBHOOK: 'http://hooks.slack.example/x' }, 'is no https address'],
  ])('of %j is refused before anything is run', (environment, why) => {
    const found = findWebhook(environment)
    expect(found.ok ? '' : found.why).toContain(why)
    expect(found.ok ? '' : found.why).not.toContain('hooks.slack.example')
  })

  test('is told once, and takes it', async () => {
    await using receiver = await Receiver.open(200)
    const found = findWebhook({ VALIDATION_SLACK_WEBHOOK: receiver.address })
    if (!found.ok) throw new Error(found.why)
    expect(await tellSlack(found.webhook, slackMessage(fullReport(), null))).toBeNull()
    expect(receiver.bodies).toEqual([JSON.stringify(slackMessage(fullReport(), null))])
  })

  test('that refuses or is not there is told without its address, and nothing throws', async () => {
    let webhook = new Secret('')
    {
      await using receiver = await Receiver.open(404)
      webhook = new Secret(receiver.address)
      expect(await tellSlack(webhook, slackMessage(fullReport(), null))).toMatch(/^127\.0\.0\.1:\d+ answered 404$/)
    }
    expect(await tellSlack(webhook, slackMessage(fullReport(), null))).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: /)
  })
})

/** What stands for Slack: it keeps what is posted and answers with one status. */
class Receiver implements AsyncDisposable {
  readonly bodies: string[] = []
  readonly #server: http.Server

  private constructor(status: number) {
    this.#server = http.createServer((request, response) => {
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (text: string) => (body += text))
      request.on('end', () => {
        this.bodies.push(body)
        response.writeHead(status).end()
      })
    })
  }

  static async open(status: number): Promise<Receiver> {
    const receiver = new Receiver(status)
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/services/secret`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
