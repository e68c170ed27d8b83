import { readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { hubPaths } from '@rm/sdk-bridge/wire'
import { runningClock } from './clock.ts'
import { replayStartMs } from './exchange/replay.ts'
import { scenarios } from './exchange/scenarios/scenarios.ts'
import { type Scenario, scenarioSchema, scenarioStartMs } from './exchange/trader-script.ts'
import { readTradesExport } from './exchange/trades-export.ts'
import { startGatewaySim } from './server.ts'
import { replayScript, scenarioScript, type TradingScript } from './trading-script.ts'

interface CommandLine {
  readonly port: number
  readonly controlPort: number
  readonly seed: number
  readonly scenario: string
  readonly replay?: string
  readonly replayFactor: number
  readonly start?: number
  readonly username: string
  readonly apiKey: string
  readonly hold?: true
  readonly exitWithParent?: true
  readonly json?: true
}

/** What the traders do, who they are and when their day begins. */
interface Stage {
  readonly scenario: Scenario
  readonly script: TradingScript
  readonly startMs: number
}

const program = new Command('gateway-sim')
  .description(
    'A simulated ProjectX gateway on loopback: REST, both hubs, an exchange with traders, and a control plane for tests',
  )
  .option('--port <port>', 'port of the gateway, 0 for a free one', whole(0, 65_535), 0)
  .option('--control-port <port>', 'port of the control plane, 0 for a free one', whole(0, 65_535), 0)
  .option('--seed <number>', 'decides every market move and every chance', whole(0, Number.MAX_SAFE_INTEGER), 1)
  .option('--scenario <name or file>', `one of ${[...scenarios.keys()].join(', ')}, or a JSON file`, 'quiet-morning')
  .option('--replay <file>', 'trades CSV that the first account of the scenario lives through, instead of its traders')
  .option('--replay-factor <number>', 'how many times faster than it happened', positive, 1)
  .option(
    '--start <instant>',
    'business time at the start, ISO 8601 with offset; default: that of the scenario',
    instant,
  )
  .option('--username <name>', 'login of the only user', 'practice')
  .addOption(
    new Option('--api-key <key>', 'API key of the only user')
      .env('GATEWAY_SIM_API_KEY')
      .default('practice-key', 'a fixed one'),
  )
  .option('--hold', 'let the traders wait for POST /sim/script/begin')
  .option('--exit-with-parent', 'stop when standard input ends')
  .option('--json', 'announce the addresses as one JSON line')

// Nothing is left to be done then. Node's own teardown of handles was seen to spin for ever instead of ending (Node 26.10).
process.once('beforeExit', (code) => process.exit(code))
await run(program.parse().opts<CommandLine>())

async function run(options: CommandLine): Promise<void> {
  const { scenario, script, startMs } = await stage(options)
  const sim = await startGatewaySim({
    seed: options.seed,
    clock: runningClock(startMs),
    exchange: { accounts: scenario.accounts, regimes: scenario.regimes },
    users: [{ userName: options.username, apiKey: options.apiKey }],
    script,
    port: options.port,
    controlPort: options.controlPort,
  })
  const stop = (): void => void sim.stop()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (options.exitWithParent) process.stdin.once('close', stop).once('end', stop).resume()
  if (!options.hold) sim.beginScript()
  announce(options.json === true, {
    url: sim.url,
    userHub: `${sim.url}${hubPaths.user}`,
    marketHub: `${sim.url}${hubPaths.market}`,
    controlUrl: sim.controlUrl,
    script: script.name,
    start: Temporal.Instant.fromEpochMilliseconds(startMs).toString(),
  })
  await sim.stopped
  // Standard input may still be open, and would keep the process alive.
  process.stdin.destroy()
}

async function stage(options: CommandLine): Promise<Stage> {
  const scenario =
    scenarios.get(options.scenario) ?? scenarioSchema.parse(JSON.parse(await readFile(options.scenario, 'utf8')))
  if (options.replay === undefined) {
    return { scenario, script: scenarioScript(scenario), startMs: options.start ?? scenarioStartMs(scenario) }
  }
  const trips = readTradesExport(await readFile(options.replay, 'utf8'))
  const accountId = scenario.accounts[0]?.id ?? 0
  const script = replayScript(trips, { accountId, factor: options.replayFactor })
  return { scenario, script, startMs: options.start ?? replayStartMs(trips) }
}

function announce(isJson: boolean, addresses: Readonly<Record<string, string>>): void {
  const lines = Object.entries(addresses).map(([name, value]) => `${name.padEnd(12)}${value}`)
  process.stdout.write(isJson ? `${JSON.stringify(addresses)}\n` : `${lines.join('\n')}\n`)
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`)
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('expected a number above 0')
}

function instant(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    throw new InvalidArgumentError('expected an ISO 8601 instant with offset, e.g. 2026-11-18T09:30:00-06:00')
  }
}
