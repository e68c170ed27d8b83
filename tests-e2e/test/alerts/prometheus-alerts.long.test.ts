import { expect, test } from 'vitest'
import { AlertSink } from '../harness/alert-sink.ts'
import { AlertmanagerServer, NO_ALERTMANAGER } from '../harness/alertmanager-server.ts'
import { awaitCondition } from '../harness/await-condition.ts'
import { freePort } from '../harness/free-port.ts'
import { skipReason } from '../harness/installed-program.ts'
import { NO_PROMETHEUS, PrometheusServer } from '../harness/prometheus-server.ts'
import { Stage } from '../harness/stage.ts'

const MISSING = NO_PROMETHEUS ?? NO_ALERTMANAGER
/** Scrapes and looks at the rules come every 5 s; `for` is 15 s for a stream, 30 s for a daemon that is gone. */
const FIRES_MS = 90_000

test.skipIf(MISSING !== null)(
  `the shipped alert rules arrive at a receiver through Prometheus and Alertmanager, also of a daemon that is gone${skipReason(MISSING)}`,
  { timeout: 4 * FIRES_MS },
  async () => {
    await using receiver = await AlertSink.open()
    await using alertmanager = await AlertmanagerServer.start(receiver)
    await using stage = await Stage.set({ rules: { max_contracts: { enabled: true, limit: 5 } } })
    const port = await freePort()
    stage.configure({ general: { control: { monitoring_port: port } } })
    const daemon = await stage.startTrustedDaemon()
    await using prometheus = await PrometheusServer.start(port, alertmanager.address)
    const told = (alertname: string, status: string) =>
      awaitCondition(
        `${alertname} ${status}`,
        () => alertmanager.told(alertname).find((one) => one.status === status),
        { withinMs: FIRES_MS },
      )

    stage.gateway.faults.hub('market', { verb: 'down' })
    expect(await told('RiskManagerStreamDown', 'firing')).toMatchObject({
      labels: { severity: 'error', stream: 'market' },
      annotations: { summary: 'The market stream is down.' },
    })
    const firing = await prometheus.query('ALERTS{alertname="RiskManagerStreamDown",alertstate="firing"}')
    expect(firing).toMatchObject([{ labels: { stream: 'market' } }])
    stage.gateway.faults.hub('market', { verb: 'up' })
    await told('RiskManagerStreamDown', 'resolved')

    expect((await daemon.stop()).code).toBe(0)
    expect((await told('RiskManagerGone', 'firing')).labels).toMatchObject({ severity: 'critical' })
  },
)
