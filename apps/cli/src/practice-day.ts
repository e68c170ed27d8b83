import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkpointOf, ChildProgram, EmbeddedGateway, EXIT_CODES, readLogLine } from '@rm/runtime-pack'
import { DAEMON, GATEWAY_SIM, ROOT, SIMULATOR_CONFIG } from './program-files.ts'
import { RunSummary } from './run-summary.ts'
import { readLedger } from './simulator-ledger.ts'
import { JsonFace, type StoryFace, TextFace } from './story-face.ts'

export interface PracticeDayOptions {
  readonly durationMs: number
  readonly scenario: string
  readonly seed: number
  readonly face: 'text' | 'json'
}

/** Below it each scenario has a folder, so that two of them can be played at a time. */
const DATA = path.join(ROOT, 'data')
/** A practice day begins on a blank page: its gateway is new each time and repeats its ids. */
const DATABASE = 'practice.db'
const STARTUP_MS = 20_000
const STOP_MS = 8_000

/**
 * Starts the simulator and the daemon as two processes that know of each other only by URLs and credentials, lets the traders loose and
 * tells what happens.
 *
 * @returns the exit code: the daemon's when it fails, 0 when the day was played to its end
 */
export async function runPracticeDay(options: PracticeDayOptions): Promise<number> {
  const face = options.face === 'json' ? new JsonFace(process.stdout) : new TextFace(process.stdout)
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
  const configDirectory = configFor(options.scenario)
  if (configDirectory === null) {
    process.stderr.write(`no configuration for the scenario ${options.scenario} below config/simulator\n`)
    return EXIT_CODES.usage
  }
  const dataDirectory = path.join(DATA, options.scenario)
  forgetDay(dataDirectory)

  await using gateway = await EmbeddedGateway.start({
    entry: GATEWAY_SIM,
    scenario: options.scenario,
    seed: options.seed,
  })
  return await playDay(options, gateway, { configDirectory, dataDirectory }, face, interrupted.signal)
}

/** Each play is the same day anew: what an earlier one left must not lock it. Its logs stay. */
function forgetDay(dataDirectory: string): void {
  if (!existsSync(dataDirectory)) return
  for (const name of readdirSync(dataDirectory)) {
    if (name !== 'logs') rmSync(path.join(dataDirectory, name), { recursive: true })
  }
}

async function playDay(
  options: PracticeDayOptions,
  gateway: EmbeddedGateway,
  folders: { readonly configDirectory: string; readonly dataDirectory: string },
  face: StoryFace,
  interrupted: AbortSignal,
): Promise<number> {
  const isRunning = Promise.withResolvers<void>()
  let summary: RunSummary | null = null
  const daemon = new ChildProgram({
    entry: DAEMON,
    args: ['--config', folders.configDirectory, '--data', folders.dataDirectory],
    environment: { ...gateway.environment, SIM_DATABASE: DATABASE },
    onLine: (text) => {
      const line = readLogLine(text)
      if (line === null) return
      if (line.event === 'run-summary') summary = RunSummary.safeParse(line).data ?? null
      if (checkpointOf(line.msg) === 'event-loop-running') isRunning.resolve()
      face.tell(line)
    },
  })
  const failed = daemon.ended.then((code) => ({ code }))
  const started = await Promise.race([isRunning.promise, failed, tooLate()])
  if (started !== undefined) return started.code
  face.open(options.scenario, gateway.url)
  await gateway.begin()
  const ended = await Promise.race([failed, pause(options.durationMs, null, { signal: interrupted }).catch(() => null)])
  if (ended !== null) return ended.code
  const ledger = await readLedger(gateway.controlUrl)
  const code = await daemon.stop(STOP_MS)
  face.close(summary, ledger)
  return code
}

function configFor(scenario: string): string | null {
  const own = path.join(SIMULATOR_CONFIG, scenario)
  if (existsSync(own)) return own
  return scenario === 'practice-day' ? SIMULATOR_CONFIG : null
}

async function tooLate(): Promise<never> {
  await pause(STARTUP_MS, undefined, { ref: false })
  throw new Error(`the daemon was not ready within ${STARTUP_MS / 1_000} s`)
}
