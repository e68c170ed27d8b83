import { measured } from '@rm/package-config/measured'
import { describe, expect, test } from 'vitest'
import { AlertSink, type ReceivedAlert } from '../harness/alert-sink.ts'
import { awaitCondition } from '../harness/await-condition.ts'
import { enforcementOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1 } }
/** The account as it is named outside. */
const MASKED = '…1001'

const webhook = { webhook: { enabled: true, url: '${WEBHOOK}' } }
/** The second channel gets critical alerts only, as long as the first is well. */
const both = { ...webhook, slack: { enabled: true, min_severity: 'critical', webhook_url: '${SLACK}' } }

function ofRule(sink: AlertSink): readonly ReceivedAlert[] {
  return sink.alerts.filter(({ code }) => code === 'RULE-001')
}

describe.concurrent('alerts leave the machine', () => {
  test('within seconds, with the explanation, and without the number of the account', async ({ task }) => {
    await using sink = await AlertSink.open()
    await using stage = await Stage.set({ rules: RULES, general: { notifications: webhook } })
    const daemon = await stage.startTrustedDaemon({ environment: { WEBHOOK: sink.url('/alerts') } })
    const begun = performance.now()
    stage.trader().buy('MNQ', 3)
    const first = await awaitCondition('the alert', () => ofRule(sink)[0])
    measured(task, first.receivedMs - begun)
    expect(first.receivedMs - begun).toBeLessThan(10_000)
    expect(first).toMatchObject({ severity: 'error', account: MASKED })
    expect(first.details.join()).toContain('limit 1')
    const { explanation } = (await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001'))[0] as { explanation?: unknown }
    const last = await awaitCondition('its end', () => ofRule(sink).find(({ kind }) => kind === 'over'))
    expect(last.details).toEqual(expect.arrayContaining(explanation as string[]))
    expect(new Set(ofRule(sink).map(({ id }) => id)).size).toBe(1)
    expect(JSON.stringify(sink.bodies)).not.toContain(String(FIRST_ACCOUNT))
    expect((await daemon.stop()).code).toBe(0)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('by a second channel when the first fails, and by the first when it is back, also from another run (P-17)', async ({
    task,
  }) => {
    await using first = await AlertSink.open()
    await using second = await AlertSink.open()
    await using stage = await Stage.set({ rules: RULES, general: { notifications: both } })
    const environment = { WEBHOOK: first.url('/alerts'), SLACK: second.url('/slack') }
    first.status = 500
    const daemon = await stage.startTrustedDaemon({ environment })
    const begun = performance.now()
    stage.trader().buy('MNQ', 3)
    const mentions = () => second.bodies.filter(({ body }) => JSON.stringify(body).includes('RULE-001'))
    const told = await awaitCondition('the alert by the second channel', () => mentions()[0])
    measured(task, told.receivedMs - begun)
    expect(told.receivedMs - begun).toBeLessThan(10_000)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect(daemon.log.find((line) => line['alert'] === 'webhook-failing')).toBeDefined()
    await daemon.kill()
    expect(first.alerts).toEqual([])

    const successor = await stage.startTrustedDaemon({ environment })
    first.status = 200
    const late = await awaitCondition('the alert by the first channel', () => ofRule(first)[0], { withinMs: 60_000 })
    expect(late).toMatchObject({ account: MASKED })
    await successor.log.awaitLine(
      'that it is well again',
      (line) => line['alert'] === 'webhook-failing' && line.event === 'alert-over',
      60_000,
    )
    expect(new Set(ofRule(first).map(({ id }) => id)).size).toBe(1)
    expect((await successor.stop()).code).toBe(0)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('when an account is not armed for long, whatever the reason, and again when it is (S-22)', async ({ task }) => {
    await using sink = await AlertSink.open()
    await using stage = await Stage.set({ rules: RULES, general: { notifications: webhook } })
    const daemon = await stage.startTrustedDaemon({ environment: { WEBHOOK: sink.url('/alerts') } })
    const ofArmed = () => sink.alerts.filter(({ code }) => code === 'account-not-armed')
    expect(ofArmed()).toEqual([])
    const begun = performance.now()
    stage.gateway.faults.hub('user', { verb: 'down' })
    const told = await awaitCondition('the alert', () => ofArmed()[0])
    measured(task, told.receivedMs - begun)
    expect(told.receivedMs - begun).toBeLessThan(10_000)
    expect(told).toMatchObject({ kind: 'begun', severity: 'critical', account: MASKED })
    stage.gateway.faults.hub('user', { verb: 'up' })
    const over = await awaitCondition('its end', () => ofArmed().find(({ kind }) => kind === 'over'), {
      withinMs: 60_000,
    })
    expect(over.id).toBe(told.id)
    expect((await daemon.stop()).code).toBe(0)
  })
})
