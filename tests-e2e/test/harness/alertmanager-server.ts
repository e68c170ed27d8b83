import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { AlertSink } from './alert-sink.ts'
import { freePort } from './free-port.ts'
import { installedProgram } from './installed-program.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** Debian's name, and that of the release. */
const PROGRAM = installedProgram('prometheus-alertmanager', 'alertmanager')
/** Why no story can have one; `null` when it can. */
export const NO_ALERTMANAGER = PROGRAM === undefined ? 'no Alertmanager on this machine' : null

/** One alert as Alertmanager's webhook tells it. */
const Told = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
})
export type ToldByAlertmanager = z.output<typeof Told>
const Webhook = z.object({ version: z.literal('4'), alerts: z.array(Told) })

const RECEIVER = '/alertmanager'

/** A real Alertmanager that calls a receiver of the test, at once and also when an alert is over. */
export class AlertmanagerServer implements AsyncDisposable {
  readonly address: string
  readonly #child: ChildProcess
  readonly #folder: TemporaryFolder
  readonly #receiver: AlertSink

  private constructor(child: ChildProcess, folder: TemporaryFolder, address: string, receiver: AlertSink) {
    this.address = address
    this.#child = child
    this.#folder = folder
    this.#receiver = receiver
  }

  /** @throws Error when the machine has none: {@link NO_ALERTMANAGER} says so before */
  static async start(receiver: AlertSink): Promise<AlertmanagerServer> {
    if (PROGRAM === undefined) throw new Error(NO_ALERTMANAGER ?? '')
    const folder = new TemporaryFolder()
    const file = path.join(folder.path, 'alertmanager.yml')
    const webhook = { url: receiver.url(RECEIVER), send_resolved: true }
    const route = { receiver: 'the test', group_by: ['...'], group_wait: '0s', group_interval: '1s' }
    writeFileSync(file, JSON.stringify({ route, receivers: [{ name: 'the test', webhook_configs: [webhook] }] }))
    const address = `127.0.0.1:${await freePort()}`
    const words = [`--config.file=${file}`, `--storage.path=${folder.path}`, `--web.listen-address=${address}`]
    const child = spawn(PROGRAM, [...words, '--cluster.listen-address=', '--log.level=error'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return new AlertmanagerServer(child, folder, address, receiver)
  }

  /** What the receiver was told of one kind of alert, in order. */
  told(alertname: string): readonly ToldByAlertmanager[] {
    return this.#receiver.bodies
      .filter((one) => one.path === RECEIVER)
      .flatMap(({ body }) => Webhook.parse(body).alerts)
      .filter(({ labels }) => labels['alertname'] === alertname)
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
