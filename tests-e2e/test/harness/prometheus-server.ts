import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { z } from 'zod'
import { freePort } from './free-port.ts'
import { installedProgram } from './installed-program.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** The shipped configuration of Prometheus. */
export const MONITORING = fileURLToPath(new URL('../../../config/monitoring', import.meta.url))
/** Why no story can have one; `null` when it can. */
export const NO_PROMETHEUS = installedProgram('prometheus') === undefined ? 'no prometheus on this machine' : null
/** The daemon's port in the shipped configuration. */
const SHIPPED_TARGET = '127.0.0.1:9464'

const Answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
})

/** A real Prometheus with the shipped configuration, of which only the daemon's port is another. */
export class PrometheusServer implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #folder: TemporaryFolder
  readonly #url: string

  private constructor(child: ChildProcess, folder: TemporaryFolder, url: string) {
    this.#child = child
    this.#folder = folder
    this.#url = url
  }

  /**
   * @param daemonPort - `general.control.monitoring_port`
   * @param alertmanager - host and port of the Alertmanager that is told of what fires
   */
  static async start(daemonPort: number, alertmanager?: string): Promise<PrometheusServer> {
    const folder = new TemporaryFolder()
    const shipped = readFileSync(path.join(MONITORING, 'prometheus.yaml'), 'utf8')
    if (!shipped.includes(SHIPPED_TARGET)) throw new Error(`prometheus.yaml does not scrape ${SHIPPED_TARGET}`)
    const file = path.join(folder.path, 'prometheus.yaml')
    const alerting = {
      alertmanagers: alertmanager === undefined ? [] : [{ static_configs: [{ targets: [alertmanager] }] }],
    }
    const scraping = shipped.replace(SHIPPED_TARGET, `127.0.0.1:${daemonPort}`)
    writeFileSync(file, `${scraping}alerting: ${JSON.stringify(alerting)}\n`)
    const rules = 'risk-manager-alerts.yaml'
    copyFileSync(path.join(MONITORING, rules), path.join(folder.path, rules))
    const listen = `127.0.0.1:${await freePort()}`
    const words = [`--config.file=${file}`, `--storage.tsdb.path=${folder.path}/data`, `--web.listen-address=${listen}`]
    const child = spawn('prometheus', [...words, '--log.level=error'], { stdio: ['ignore', 'inherit', 'inherit'] })
    return new PrometheusServer(child, folder, `http://${listen}`)
  }

  /** What a query finds now, value by labels; nothing while the server starts. */
  async query(
    text: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]> {
    const answer = await request(`${this.#url}/api/v1/query`, { query: { query: text } }).catch(() => null)
    if (answer?.statusCode !== 200) {
      await answer?.body.dump()
      return []
    }
    const { data } = Answer.parse(await answer.body.json())
    return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    this.#folder[Symbol.dispose]()
  }
}
