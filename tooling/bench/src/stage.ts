import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type GatewaySim, immediateKnobs, runningClock, startGatewaySim } from '@rm/gateway-sim'

/** Wednesday morning in Chicago. */
const START_MS = Temporal.Instant.from('2026-11-18T15:30:00Z').epochMilliseconds
const USER = { userName: 'bench', apiKey: 'bench-key' }
const READY_MS = 20_000

export const FIRST_ACCOUNT = 7_002_001

/** A simulated gateway whose prices stand still, with so many accounts. */
export function openGateway(accounts: number): Promise<GatewaySim> {
  return startGatewaySim({
    seed: 1,
    clock: runningClock(START_MS),
    exchange: {
      accounts: accountIds(accounts).map((id) => ({ id, name: `PRAC-V2-${id}`, balance: 50_000 })),
      regimes: ['still'],
      knobs: immediateKnobs,
    },
    users: [USER],
  })
}

export function accountIds(count: number): readonly number[] {
  return Array.from({ length: count }, (_unused, index) => FIRST_ACCOUNT + index)
}

/** A folder for configuration and data, gone when it is disposed of. */
export class Home implements AsyncDisposable {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<Home> {
    return new Home(await mkdtemp(path.join(tmpdir(), 'rm-bench-')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A program under measurement, as a child of the bench. */
export class Program implements AsyncDisposable {
  /** What it has written so far. */
  readonly lines: readonly string[]
  /** Monotonic milliseconds from its start until it said that it is ready. */
  readonly readyMs: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, lines: readonly string[], readyMs: number) {
    this.#child = child
    this.lines = lines
    this.readyMs = readyMs
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Starts the built daemon against the gateway, with its configuration and its data below the home. */
  static async daemon(sim: GatewaySim, home: Home, accounts: number, rules: string): Promise<Program> {
    // Beside each other: the daemon reads its configuration again whenever something is written below that folder.
    const folder = path.join(home.folder, 'config')
    await mkdir(folder, { recursive: true })
    await writeConfig(folder, sim, accounts, rules)
    const entry = fileURLToPath(new URL('../../../apps/daemon/dist/main.js', import.meta.url))
    const args = ['--config', folder, '--data', path.join(home.folder, 'data')]
    return Program.#start(entry, args, environmentOf(sim), (line) => line.includes('✅ Event loop running'))
  }

  /** Starts one of the bare programs of this package. */
  static async bare(name: 'bare-relay' | 'bare-boot', sim: GatewaySim, accounts: number): Promise<Program> {
    const entry = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
    const environment = { ...environmentOf(sim), ACCOUNTS: accountIds(accounts).join(',') }
    return Program.#start(entry, [], environment, (line) => line === 'ready')
  }

  static async #start(
    entry: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    isReady: (line: string) => boolean,
  ): Promise<Program> {
    const startedMs = performance.now()
    const child = spawn(process.execPath, [entry, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ready = Promise.withResolvers<number>()
    const lines: string[] = []
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      if (isReady(line)) ready.resolve(performance.now() - startedMs)
    })
    child.once('exit', (code) => ready.reject(new Error(`${entry} ended with ${code} before it was ready`)))
    const late = setTimeout(() => ready.reject(new Error(`${entry} was not ready in time`)), READY_MS)
    try {
      return new Program(child, lines, await ready.promise)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  /** SIGKILL: no chance to say or write anything. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGTERM')
    await ended
  }
}

function environmentOf(sim: GatewaySim): Record<string, string> {
  return { GATEWAY_URL: sim.url, PROJECTX_USERNAME: USER.userName, PROJECTX_API_KEY: USER.apiKey }
}

async function writeConfig(folder: string, sim: GatewaySim, accounts: number, rules: string): Promise<void> {
  const entries = accountIds(accounts).map((id) => `  - { id: ${id}, name: bench ${id}, account_type: practice }`)
  const files = {
    'api_config.yaml': `environment: simulator
api_url: ${sim.url}
user_hub_url: ${sim.url}/hubs/user
market_hub_url: ${sim.url}/hubs/market
`,
    'accounts.yaml': `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts:
${entries.join('\n')}
`,
    'risk_config.yaml': `rules:\n${rules}`,
    'timers_config.yaml': `daily_reset: { time: 17:00, timezone: America/Chicago }
holidays: { enabled: false }
`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
}
