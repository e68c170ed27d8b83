import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Secret } from '@rm/config'
import { expect, test } from 'vitest'
import { alertmanager } from '../src/channels/alertmanager.ts'
import { aNotice } from './notices.ts'

/** Debian's name, and that of the release. */
const PROGRAM = ['prometheus-alertmanager', 'alertmanager'].find((name) => spawnSync(name, ['--version']).status === 0)

test.skipIf(PROGRAM === undefined)(
  `an Alertmanager holds what was told and lets go of what is over${PROGRAM === undefined ? ' (skipped: no Alertmanager is installed)' : ''}`,
  async () => {
    await using manager = await Alertmanager.start(PROGRAM ?? '')
    const now = Temporal.Now.instant()
    const [begunAt, at] = [now.subtract({ seconds: 5 }).toString(), now.toString()]
    const channel = alertmanager({ minSeverity: 'warning', url: new Secret(manager.url), authorization: null })
    const notice = aNotice({ begunAt, at, severity: 'critical' })
    await channel.send([notice, aNotice({ begunAt, at, id: '3-2', code: 'clock-gap', account: null })], 3_000)
    await channel.send([notice], 3_000) // once more, as at-least-once may
    expect(await manager.standing()).toEqual([
      { alertname: 'RULE-001', service: 'risk-manager', incident: '3-1', severity: 'critical', account: '…1001' },
      { alertname: 'clock-gap', service: 'risk-manager', incident: '3-2', severity: 'error' },
    ])
    await channel.send([{ ...notice, kind: 'over', at: Temporal.Now.instant().toString() }], 3_000)
    await expect
      .poll(async () => (await manager.standing()).map(({ incident }) => incident), { timeout: 5_000 })
      .toEqual(['3-2'])
  },
)

class Alertmanager implements AsyncDisposable {
  readonly url: string
  readonly #folder: string
  readonly #child: ReturnType<typeof spawn>

  private constructor(url: string, folder: string, child: ReturnType<typeof spawn>) {
    this.url = url
    this.#folder = folder
    this.#child = child
  }

  static async start(program: string): Promise<Alertmanager> {
    const folder = mkdtempSync(path.join(tmpdir(), 'rm-alertmanager-'))
    const file = path.join(folder, 'alertmanager.yml')
    writeFileSync(file, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
    const address = `127.0.0.1:${await freePort()}`
    const child = spawn(
      program,
      [
        `--config.file=${file}`,
        `--storage.path=${folder}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    )
    const manager = new Alertmanager(`http://${address}`, folder, child)
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const ready = await fetch(`${manager.url}/-/ready`).catch(() => null)
      if (ready?.ok === true) return manager
      await pause(100)
    }
    await manager[Symbol.asyncDispose]()
    throw new Error(`${program} did not come up`)
  }

  /** The labels of the alerts that stand, in the order of their incidents. */
  async standing(): Promise<Readonly<Record<string, string>>[]> {
    const response = await fetch(`${this.url}/api/v2/alerts?active=true`)
    const alerts = (await response.json()) as { readonly labels: Readonly<Record<string, string>> }[]
    return alerts
      .map(({ labels }) => labels)
      .toSorted((a, b) => String(a['incident']).localeCompare(String(b['incident'])))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
