import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { measured } from '@rm/package-config/measured'
import { describe, expect, test } from 'vitest'
import { CLI } from '../harness/built-program.ts'
import { freePort } from '../harness/free-port.ts'
import { installedProgram, skipReason } from '../harness/installed-program.ts'
import { MONITORING, NO_PROMETHEUS, PrometheusServer } from '../harness/prometheus-server.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }
const SCRAPED_MS = 30_000
/** The bound of X-06. */
const NOTICED_MS = 90_000
const NOBODY = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const

const noPromtool = installedProgram('promtool') === undefined ? 'no promtool on this machine' : null
const noPrometheus = NO_PROMETHEUS ?? (process.getuid?.() === 0 ? null : 'only root can act as another user')

describe('a real Prometheus', () => {
  test.skipIf(noPromtool !== null)(`accepts the shipped configuration and alert rules${skipReason(noPromtool)}`, () => {
    for (const words of [
      ['check', 'rules', path.join(MONITORING, 'risk-manager-alerts.yaml')],
      ['check', 'config', path.join(MONITORING, 'prometheus.yaml')],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toContain('SUCCESS')
      expect(status).toBe(0)
    }
  })

  test.skipIf(noPrometheus !== null)(
    `scrapes the daemon, and calls when an administrator has stopped it, which nobody else can (X-06)${skipReason(noPrometheus)}`,
    { timeout: SCRAPED_MS + NOTICED_MS + 60_000 },
    async ({ task }) => {
      await using stage = await Stage.set({ rules: RULES })
      const port = await freePort()
      stage.configure({ general: { control: { monitoring_port: port } } })
      await using supervisor = await stage.startTrustedSupervisor()
      await using prometheus = await PrometheusServer.start(port)
      await expect
        .poll(() => prometheus.query('risk_manager_stream_up'), { timeout: SCRAPED_MS, interval: 500 })
        .toMatchObject([
          { labels: { job: 'risk-manager', stream: 'market' }, value: 1 },
          { labels: { job: 'risk-manager', stream: 'user' }, value: 1 },
        ])
      const armed = await prometheus.query(`risk_manager_account_state{account="${FIRST_ACCOUNT}",word="ACTIVE"}`)
      expect(armed).toMatchObject([{ value: 1 }])
      const firing = () => prometheus.query('ALERTS{alertname="RiskManagerGone",alertstate="firing"}')
      expect(await firing()).toEqual([])

      for (const pid of [supervisor.pid, supervisor.daemonPid]) {
        expect(spawnSync('kill', ['-TERM', String(pid)], NOBODY).stderr).toContain('not permitted')
      }
      const uninstall = spawnSync(process.execPath, [CLI, 'service', 'uninstall', '--for', 'systemd'], NOBODY)
      expect(uninstall.stderr).toContain('sudo risk-manager service uninstall')
      expect(uninstall.status).toBe(5)
      expect(supervisor.hasEnded).toBe(false)

      const stopped = performance.now()
      expect(await supervisor.stop()).toMatchObject({ code: 0 })
      await expect
        .poll(firing, { timeout: NOTICED_MS, interval: 500 })
        .toMatchObject([{ labels: { severity: 'critical' }, value: 1 }])
      measured(task, performance.now() - stopped)
    },
  )
})
