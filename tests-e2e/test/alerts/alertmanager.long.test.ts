import { expect, test } from 'vitest'
import { AlertSink } from '../harness/alert-sink.ts'
import { AlertmanagerServer, NO_ALERTMANAGER } from '../harness/alertmanager-server.ts'
import { awaitCondition } from '../harness/await-condition.ts'
import { wordOf } from '../harness/daemon-story.ts'
import { skipReason } from '../harness/installed-program.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

test.skipIf(NO_ALERTMANAGER !== null)(
  `a breach arrives at a receiver through a real Alertmanager, and so does its end${skipReason(NO_ALERTMANAGER)}`,
  async () => {
    await using receiver = await AlertSink.open()
    await using alertmanager = await AlertmanagerServer.start(receiver)
    await using stage = await Stage.set({
      rules: { auth_loss_guard: { enabled: true } },
      general: { notifications: { alertmanager: { enabled: true, url: '${ALERTMANAGER}' } } },
      // Alertmanager compares with the machine's clock. The market may be closed now, so it is the firm that acts.
      startsAt: Temporal.Now.instant().toString(),
    })
    const environment = { ALERTMANAGER: `http://${alertmanager.address}` }
    const daemon = await stage.startTrustedDaemon({ environment })
    const toldOfBreach = () => alertmanager.told('RULE-010')
    expect(toldOfBreach()).toEqual([])

    stage.gateway.exchange.setCanTrade(FIRST_ACCOUNT, false)
    const firing = await awaitCondition('the alert', () => toldOfBreach()[0], { explain: () => daemon.log.tail() })
    expect(firing).toMatchObject({
      status: 'firing',
      labels: { service: 'risk-manager', severity: 'error', account: '…1001' },
    })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')

    stage.gateway.exchange.setCanTrade(FIRST_ACCOUNT, true)
    const over = await awaitCondition('its end', () => toldOfBreach().find(({ status }) => status === 'resolved'))
    expect(over.labels).toEqual(firing.labels)
    expect(JSON.stringify(receiver.bodies)).not.toContain(String(FIRST_ACCOUNT))
    expect((await daemon.stop()).code).toBe(0)
  },
)
