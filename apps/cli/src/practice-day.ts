import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { checkpointOf, EXIT_CODES } from '@rm/runtime-pack'
import { ChildProgram, type ExitCode } from './child-program.ts'
import { readLogLine, RunSummary } from './log-line.ts'
import { type Announcement, beginScript, readAnnouncement, readLedger } from './simulator-control.ts'
import { JsonFace, type StoryFace, TextFace } from './story-face.ts'

export interface PracticeDayOptions {
  readonly durationMs: number
  readonly scenario: string
  readonly seed: number
  readonly face: 'text' | 'json'
}

/** The bundle stands in apps/cli/dist, the source in apps/cli/src: the repository is three levels up from either. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Below it each scenario has a folder, so that two of them can be played at a time. */
const DATA = path.join(ROOT, 'data')
/** A practice day begins on a blank page: its gateway is new each time and repeats its ids. */
const DATABASE = 'practice.db'
const STARTUP_MS = 20_000
const STOP_MS = 8_000
/** Not a secret: the simulator lets in whoever knows what its own command line says. */
const CREDENTIALS = { userName: 'practice', apiKey: 'practice-key' }

/**
 * Starts the simulator and the daemon as two processes that know of each other only by URLs and credentials, lets the traders loose and
 * tells what happens.
 *
 * @returns the exit code: the daemon's when it fails, 0 when the day was played to its end
 */
export async function runPracticeDay(options: PracticeDayOptions): Promise<ExitCode> {
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

  const announced = Promise.withResolvers<Announcement>()
  const simulator = new ChildProgram(
    path.join(ROOT, 'packages/gateway-sim/dist/main.js'),
    ['--json', '--hold', '--exit-with-parent', '--scenario', options.scenario, '--seed', String(options.seed)],
    { GATEWAY_SIM_API_KEY: CREDENTIALS.apiKey },
    (line) => {
      const announcement = readAnnouncement(line)
      if (announcement !== null) announced.resolve(announcement)
    },
  )
  const simulatorEnded = simulator.ended.then((code) => {
    throw new Error(`the simulator ended with ${code}`)
  })
  simulatorEnded.catch(() => {})
  try {
    const gateway = await Promise.race([announced.promise, simulatorEnded, tooLate('the simulator')])
    return await playDay(options, gateway, { configDirectory, dataDirectory }, face, interrupted.signal)
  } finally {
    await simulator.stop(STOP_MS)
  }
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
  gateway: Announcement,
  folders: { readonly configDirectory: string; readonly dataDirectory: string },
  face: StoryFace,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const isRunning = Promise.withResolvers<void>()
  let summary: RunSummary | null = null
  const daemon = new ChildProgram(
    path.join(ROOT, 'apps/daemon/dist/main.js'),
    ['--config', folders.configDirectory, '--data', folders.dataDirectory],
    {
      SIM_API_URL: gateway.url,
      SIM_USER_HUB_URL: gateway.userHub,
      SIM_MARKET_HUB_URL: gateway.marketHub,
      PROJECTX_USERNAME: CREDENTIALS.userName,
      PROJECTX_API_KEY: CREDENTIALS.apiKey,
      SIM_DATABASE: DATABASE,
    },
    (text) => {
      const line = readLogLine(text)
      if (line === null) return
      if (line.event === 'run-summary') summary = RunSummary.safeParse(line).data ?? null
      if (checkpointOf(line.msg) === 'event-loop-running') isRunning.resolve()
      face.tell(line)
    },
  )
  const failed = daemon.ended.then((code) => ({ code }))
  const started = await Promise.race([isRunning.promise, failed, tooLate('the daemon')])
  if (started !== undefined) return started.code
  face.open(options.scenario, gateway.url)
  await beginScript(gateway.controlUrl)
  const ended = await Promise.race([failed, pause(options.durationMs, null, { signal: interrupted }).catch(() => null)])
  if (ended !== null) return ended.code
  const ledger = await readLedger(gateway.controlUrl)
  const code = await daemon.stop(STOP_MS)
  face.close(summary, ledger)
  return code
}

function configFor(scenario: string): string | null {
  const own = path.join(ROOT, 'config/simulator', scenario)
  if (existsSync(own)) return own
  return scenario === 'practice-day' ? path.join(ROOT, 'config/simulator') : null
}

async function tooLate(who: string): Promise<never> {
  await pause(STARTUP_MS, undefined, { ref: false })
  throw new Error(`${who} was not ready within ${STARTUP_MS / 1_000} s`)
}
