import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url))

/** A line of the story as `npm start -- --json` tells it. */
const Told = z.looseObject({
  event: z.string(),
  msg: z.string().default(''),
  accountId: z.number().optional(),
  rule: z.string().optional(),
  breachId: z.string().optional(),
  lockoutId: z.string().optional(),
  goalId: z.string().nullish(),
  origin: z.string().optional(),
  state: z.string().optional(),
  alert: z.string().optional(),
  explanation: z.array(z.string()).optional(),
})
export type Told = z.infer<typeof Told>

const DayEnded = z.looseObject({
  summary: z.object({ breaches: z.number(), enforcements: z.number() }),
  rules: z.array(z.looseObject({ rule: z.string(), breaches: z.number(), enforcements: z.number() })),
  ledger: z.array(z.object({ id: z.number(), holds: z.string(), orders: z.array(z.string()) })),
})

export interface PlayedDay {
  readonly exitCode: unknown
  readonly lines: readonly Told[]
  /** The last line: what the daemon counted, and the gateway's ledger. */
  readonly ended: z.infer<typeof DayEnded>
}

/** Plays a day as people do, to its end. */
export async function playedDay(...options: readonly string[]): Promise<PlayedDay> {
  const child = spawn(process.execPath, [CLI, 'start', ...options, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Told[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(Told.parse(JSON.parse(line))))
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  return { exitCode, lines, ended: DayEnded.parse(lines.find((line) => line.event === 'day-ended')) }
}

/** What was reached by our action and verified, with the rule to whose breach or lockout it was owed. */
export function enforcementsOf(lines: readonly Told[]): readonly (Told & { readonly owedTo: string })[] {
  const ruleOf = new Map<string, string>()
  for (const { breachId, lockoutId, rule } of lines) {
    const id = breachId ?? lockoutId
    if (id !== undefined && rule !== undefined) ruleOf.set(id, rule)
  }
  const reached = lines.filter((line) => line.event === 'goal-ended' && line.state === 'reached')
  return reached.map((line) => ({ ...line, owedTo: ruleOf.get(line.origin ?? '') ?? 'unknown' }))
}
