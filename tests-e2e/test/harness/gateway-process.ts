import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { LedgerEntry } from '@rm/gateway-sim'
import { awaitEnd } from './await-condition.ts'
import { GATEWAY_SIM, plainEnvironment } from './built-program.ts'
import type { GatewayAddresses } from './config-folder.ts'
import { API_KEY, USER_NAME } from './daemon-process.ts'

interface Announcement extends GatewayAddresses {
  readonly controlUrl: string
}

/** The simulator as a process of its own, as `npm start` uses it. Its traders wait for {@link beginScript}. */
export class GatewayProcess implements AsyncDisposable {
  readonly addresses: Announcement
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, addresses: Announcement) {
    this.#child = child
    this.addresses = addresses
  }

  static async start(scenario: string): Promise<GatewayProcess> {
    const child = spawn(
      process.execPath,
      [GATEWAY_SIM, '--json', '--hold', '--exit-with-parent', '--scenario', scenario, '--username', USER_NAME],
      { env: { ...plainEnvironment(), GATEWAY_SIM_API_KEY: API_KEY }, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const [line] = (await awaitEnd('announcement of the simulator', once(createInterface(child.stdout), 'line'))) as [
      string,
    ]
    return new GatewayProcess(child, JSON.parse(line) as Announcement)
  }

  async beginScript(): Promise<void> {
    await fetch(`${this.addresses.controlUrl}/sim/script/begin`, { method: 'POST' })
  }

  async ledger(): Promise<readonly LedgerEntry[]> {
    return (await (await fetch(`${this.addresses.controlUrl}/sim/ledger`)).json()) as readonly LedgerEntry[]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    await awaitEnd('end of the simulator', closed)
  }
}
