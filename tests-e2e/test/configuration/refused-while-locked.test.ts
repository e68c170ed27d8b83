import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { AlertSink } from '../harness/alert-sink.ts'
import { awaitCondition } from '../harness/await-condition.ts'
import { API_KEY, type DaemonProcess } from '../harness/daemon-process.ts'
import { currentWord, enforcementOf, wordOf } from '../harness/daemon-story.ts'
import type { LogLine } from '../harness/log-reader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }

/** Two mistakes in one file, a list of accounts that is gone, and an address where nobody listens. */
function breakFiles(stage: Stage): void {
  writeFileSync(
    path.join(stage.configDirectory, 'risk_config.yaml'),
    'rules:\n  daily_realized_loss:\n    limit: 500\n  max_contrats: { limit: 9 }\n',
  )
  writeFileSync(
    path.join(stage.configDirectory, 'api_config.yaml'),
    'environment: simulator\napi_url: http://127.0.0.1:9\n',
  )
  rmSync(path.join(stage.configDirectory, 'accounts.yaml'))
}

function alertOf({ log }: DaemonProcess): Promise<LogLine> {
  return log.awaitLine('the refusal is told', (one) => one.event === 'alert' && one['alert'] === 'config-refused')
}

describe.concurrent('a start on a configuration with mistakes (C-01)', () => {
  test('is told by the alert channels of the last good one (C-01, S-22)', async () => {
    await using sink = await AlertSink.open()
    const webhook = { webhook: { enabled: true, url: '${WEBHOOK}' } }
    await using stage = await Stage.set({ rules: RULES, general: { notifications: webhook } })
    const environment = { WEBHOOK: sink.url('/alerts') }
    const daemon = await stage.startTrustedDaemon({ environment })
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    expect((await daemon.stop()).code).toBe(0)
    breakFiles(stage)
    const successor = await stage.startTrustedDaemon({ environment })
    const told = await awaitCondition('the alert', () => sink.alerts.find(({ code }) => code === 'config-refused'))
    expect(told.severity).toBe('critical')
    expect((await successor.stop()).code).toBe(0)
  })

  test('keeps a locked account locked and closes what is entered, and takes the corrected files (C-01)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    expect((await daemon.stop()).code).toBe(0)
    breakFiles(stage)
    await trader.enters('MES', OrderSide.buy, 2)

    const successor = await stage.startTrustedDaemon()
    const alert = await alertOf(successor)
    expect(alert).toMatchObject({ level: 'fatal', severity: 'critical' })
    for (const place of ['risk_config.yaml:3', 'risk_config.yaml:4', 'accounts.yaml:1', 'api_config.yaml:']) {
      expect(alert.msg).toContain(place)
      expect(alert['problems']).toContain(place)
    }
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('what was entered meanwhile is closed', () => trader.isFlat)
    await trader.enters('MNQ', OrderSide.sell, 1)
    await stage.awaitVenue('flat again', () => trader.isFlat)

    stage.configure({ rules: { ...RULES, max_contracts: { enabled: true, limit: 3 } } })
    await successor.log.awaitLine('accepted', (one) => one.event === 'alert-over' && one['alert'] === 'config-refused')
    const change = await successor.log.awaitLine('the stricter holds', (one) => one.event === 'setting-changed')
    expect(change['path']).toMatch(/^rules\.max_contracts/)
    expect(currentWord(successor.log, FIRST_ACCOUNT)).toBe('LOCKED')
    expect((await successor.stop()).code).toBe(0)
    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.verdict).toMatchObject({ ok: true })
    expect(stored.account(FIRST_ACCOUNT).lockouts).toMatchObject([{ rule: 'RULE-003', effect: 'flat' }])
    const told = stored.audit.filter(({ action }) => action.startsWith('configuration-'))
    expect(told.map(({ action, detail }) => [action, detail['cause']])).toEqual([
      ['configuration-refused', 'start'],
      ['configuration-read', 'file-changed'],
    ])
    expect(readFileSync(path.join(stage.dataDirectory, 'last-good-config.json'), 'utf8')).not.toContain(API_KEY)
  })

  test('goes on with a close that was under way when the process was killed (C-01)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.rest('closeContract', { verb: 'hang', executed: 'drop' }, { times: null })
    trader.buy('MNQ', 1)
    await trader.loseOnEs(48)
    await stage.awaitVenue('the close has arrived', () =>
      stage.gateway.requests.after(0).some(({ route }) => route === 'closeContract'),
    )
    await daemon.kill()
    stage.gateway.faults.clear()
    breakFiles(stage)

    const successor = await stage.startDaemon().running()
    await stage.awaitVenue('flat', () => trader.isFlat)
    await successor.log.awaitLine('the goal is verified', (one) => one.event === 'goal-ended')
    expect((await successor.stop()).code).toBe(0)
  })

  test('waits for credentials that are gone as well, and says so (C-01)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await daemon.stop()
    breakFiles(stage)

    const successor = stage.startDaemon({ environment: { PROJECTX_API_KEY: '' } })
    const alarm = await successor.log.awaitMessage('the credentials are gone as well')
    expect(alarm).toMatchObject({ event: 'alert', severity: 'critical' })
    writeFileSync(path.join(stage.configDirectory, '.env'), `PROJECTX_API_KEY=${API_KEY}\n`, { mode: 0o600 })
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('flat again', () => stage.trader().isFlat)
  })

  test('ends with code 3 and every problem where no lockout and no goal is stored (C-01)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await daemon.stop()
    breakFiles(stage)

    const refused = stage.startDaemon()
    expect((await refused.ended()).code).toBe(3)
    for (const place of ['risk_config.yaml:3:', 'risk_config.yaml:4:', 'accounts.yaml:1:', 'api_config.yaml:'])
      expect(refused.stderr).toContain(place)
    // Nothing was started: the next run is the second.
    stage.configure({})
    const next = await stage.startTrustedDaemon()
    await next.stop()
    const { audit } = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(new Set(audit.map(({ epoch }) => epoch))).toEqual(new Set([1, 2]))
  })
})
