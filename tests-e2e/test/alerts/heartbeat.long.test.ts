import { measured } from '@rm/package-config/measured'
import { expect, test } from 'vitest'
import { AlertSink } from '../harness/alert-sink.ts'
import { awaitCondition } from '../harness/await-condition.ts'
import { enforcementOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

/** The shortest that the settings allow; six times as often as without them. */
const INTERVAL_SECONDS = 5
/** A receiver that has missed three beats calls somebody: with the interval of 30 s that is within 90 s (reliability B-10). */
const MISSED_MAX = 3

test('heartbeats say what is armed and locked; whoever hears them notices when all is gone (P-18)', async ({
  task,
}) => {
  await using sink = await AlertSink.open()
  await using stage = await Stage.set({
    rules: { daily_realized_loss: { enabled: true, limit: -500 } },
    general: { heartbeat: { url: '${HEARTBEAT}', interval_seconds: INTERVAL_SECONDS } },
  })
  const daemon = await stage.startTrustedDaemon({ environment: { HEARTBEAT: sink.url('/5f1c') } })
  const newest = () => sink.bodies.at(-1)?.body
  await awaitCondition('a beat of an armed account', () => JSON.stringify(newest() ?? {}).includes('"armed":true'))
  expect(newest()).toMatchObject({
    run: 1,
    accounts: [{ account: '…1001', armed: true, lockouts: 0 }],
    lockedAccounts: 0,
  })
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  await awaitCondition('a beat of the locked account', () => JSON.stringify(newest()).includes('"lockedAccounts":1'))
  expect(newest()).toMatchObject({
    accounts: [{ account: '…1001', word: 'LOCKED', armed: true, lockouts: 1 }],
    auditHead: { seq: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })

  await daemon.kill()
  const killed = performance.now()
  const silence = MISSED_MAX * INTERVAL_SECONDS * 1_000
  const noticed = await awaitCondition('the silence', () => {
    const heardMs = sink.bodies.at(-1)?.receivedMs ?? 0
    return performance.now() - heardMs > silence && performance.now()
  })
  measured(task, noticed - killed)
  expect(noticed - killed).toBeLessThanOrEqual(silence + 1_000)
  expect(JSON.stringify(sink.bodies)).not.toContain(String(FIRST_ACCOUNT))
})

test('a heartbeat that does not arrive is told once, and when it arrives again', async () => {
  await using sink = await AlertSink.open()
  sink.status = 503
  await using stage = await Stage.set({
    rules: { max_contracts: { enabled: true, limit: 1 } },
    general: { heartbeat: { url: '${HEARTBEAT}', interval_seconds: INTERVAL_SECONDS } },
  })
  const daemon = await stage.startTrustedDaemon({ environment: { HEARTBEAT: sink.url('/5f1c') } })
  await awaitCondition('two beats', () => sink.bodies.length >= 2)
  sink.status = 200
  const ofHeartbeat = () => daemon.log.lines().filter((line) => line['alert'] === 'heartbeat-failing')
  await awaitCondition('the end of it', () => ofHeartbeat().length === 2)
  expect(ofHeartbeat().map(({ event }) => event)).toEqual(['alert', 'alert-over'])
  expect(JSON.stringify(daemon.log.lines())).not.toContain('5f1c')
  expect((await daemon.stop()).code).toBe(0)
})
