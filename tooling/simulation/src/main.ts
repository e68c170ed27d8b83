import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { readFileSync, writeFileSync } from 'node:fs'
import { playSeeds } from './campaign.ts'
import { findDefect } from './defect-hunt.ts'
import { DEFECTS } from './defects.ts'
import { planSchema } from './plan.ts'
import { play } from './play.ts'
import { progressLine, renderCampaign, renderFindings, renderPlay } from './report.ts'

const FINE = 0
const VIOLATED = 1
const USAGE = 64
const MINUTE_MS = 60_000
/** How long a failing plan is made smaller unless told otherwise. */
const SHRINK_SECONDS = 60
const PROGRESS_EVERY_MS = 1_000

interface CommandLine {
  readonly seed?: number
  readonly minutes?: number
  readonly firstSeed?: number
  readonly days?: number
  readonly plan?: string
  readonly defect?: string
  readonly shrinkSeconds: number
  readonly save?: string
  readonly json?: true
}

const program = new Command('simulate')
  .description(
    `Plays the whole engine with its store on virtual time against the simulated
exchange: random traders, random settings, random faults, and what must never
be looked at after every step. The same seed gives the same day.`,
  )
  .addOption(new Option('--seed <n>', 'play this seed alone').argParser(whole).conflicts(['minutes', 'plan', 'days']))
  .option('--minutes <m>', 'play fresh seeds for so many minutes', positive)
  .option('--days <n>', 'play fresh seeds until so many account-days were played', whole)
  .option('--first-seed <n>', 'where fresh seeds begin; default: the time of day', whole)
  .addOption(new Option('--plan <file>', 'play a plan, as --save wrote it').conflicts(['minutes', 'days']))
  .addOption(
    new Option('--defect <name>', 'plant a mistake and say how soon it is found').choices([
      'all',
      ...DEFECTS.map(({ name }) => name),
    ]),
  )
  .option('--shrink-seconds <s>', 'how long a failing day is made smaller', whole, SHRINK_SECONDS)
  .option('--save <file>', 'write the plan of a failing day there')
  .option('--json', 'one JSON object instead of text')
  .addHelpText(
    'after',
    `
Examples:
  $ npm run -s simulate -- --minutes 5
  $ npm run -s simulate -- --seed 17
  $ npm run -s simulate -- --seed 17 --save day.json
  $ npm run -s simulate -- --plan day.json
  $ npm run -s simulate -- --defect all

Exit codes:
  0 no violation   1 a violation, or a defect that was not found   64 usage`,
  )
  .exitOverride()

process.exit(await run())

async function run(): Promise<number> {
  try {
    return await simulate(program.parse().opts<CommandLine>())
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? FINE : USAGE
  }
}

async function simulate(options: CommandLine): Promise<number> {
  if (options.defect !== undefined) return hunt(options, options.defect)
  if (options.plan !== undefined) return playFile(options, options.plan)
  const { seed, minutes, days } = options
  const untilMs = performance.now() + (minutes ?? 1) * MINUTE_MS
  const isTimed = minutes !== undefined || days === undefined
  let playedDays = 0
  const campaign = await playSeeds({
    firstSeed: seed ?? options.firstSeed ?? Math.floor(Date.now() / 1_000),
    goesOn: (played) => {
      if (seed !== undefined) return played === 0
      return (days === undefined || playedDays < days) && (!isTimed || performance.now() < untilMs)
    },
    shrinkMs: options.shrinkSeconds * 1_000,
    onSeed: (_seed, tally) => {
      playedDays = tally.days
      showProgress(progressLine(tally))
    },
  })
  clearProgress()
  const { failure } = campaign
  if (failure !== null && options.save !== undefined)
    writeFileSync(options.save, `${JSON.stringify(failure.plan, null, 2)}\n`)
  process.stdout.write(renderCampaign(campaign, options.json === true))
  return failure === null ? FINE : VIOLATED
}

async function playFile(options: CommandLine, file: string): Promise<number> {
  const plan = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const outcome = await play(plan)
  process.stdout.write(renderPlay(plan, outcome, options.json === true))
  return outcome.violation === null ? FINE : VIOLATED
}

async function hunt(options: CommandLine, name: string): Promise<number> {
  const findings = []
  for (const defect of DEFECTS.filter((one) => name === 'all' || one.name === name)) {
    showProgress(`planting ${defect.name} …`)
    findings.push(await findDefect(defect, { minutes: options.minutes ?? 1, firstSeed: options.firstSeed ?? 1 }))
  }
  clearProgress()
  process.stdout.write(renderFindings(findings, options.json === true))
  return findings.every(({ found }) => found !== null) ? FINE : VIOLATED
}

let shownMs = 0

function showProgress(text: string): void {
  const nowMs = performance.now()
  if (!process.stderr.isTTY || nowMs - shownMs < PROGRESS_EVERY_MS) return
  shownMs = nowMs
  process.stderr.write(`\r${text.padEnd(79).slice(0, 79)}`)
}

function clearProgress(): void {
  if (process.stderr.isTTY && shownMs > 0) process.stderr.write(`\r${''.padEnd(79)}\r`)
}

function whole(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('expected a whole number')
}

function positive(text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('expected a number above 0')
}
