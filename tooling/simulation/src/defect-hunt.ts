import { execFile } from 'node:child_process'
import { z } from 'zod'
import { buildWithDefect } from './defect-build.ts'
import type { Defect } from './defects.ts'

/** What a planted defect came to. */
export interface Finding {
  readonly defect: Defect
  /** `null`: nothing was found in the time. */
  readonly found: {
    readonly seed: number
    readonly invariant: string
    readonly story: string
    readonly seconds: number
  } | null
}

const Report = z.object({
  failure: z.object({ seed: z.int(), violation: z.object({ invariant: z.string(), story: z.string() }) }).nullable(),
})

/** Builds the simulation with the defect and plays until it is found; a build in a process of its own, because two builds of one module do not mix. */
export async function findDefect(
  defect: Defect,
  { minutes, firstSeed }: { readonly minutes: number; readonly firstSeed: number },
): Promise<Finding> {
  using built = await buildWithDefect(defect)
  const startMs = performance.now()
  const args = ['--minutes', String(minutes), '--first-seed', String(firstSeed), '--shrink-seconds', '0', '--json']
  const { failure } = Report.parse(JSON.parse(await outputOf(built.program, args)))
  const seconds = (performance.now() - startMs) / 1_000
  return { defect, found: failure === null ? null : { seed: failure.seed, seconds, ...failure.violation } }
}

/** What the program prints; that it ends with 1 is what is hoped for. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`the simulation printed nothing: ${stderr}`, { cause: error }))
      else resolve(stdout)
    })
  })
}
