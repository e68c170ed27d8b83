import { packageTests } from '@rm/package-config/vitest'
import { defineConfig, mergeConfig } from 'vitest/config'

/** A story may wait for a retry pace of the product and for a busy machine. */
const STORY_MS = 90_000

/** Stories that take minutes, for the nights and before a release. */
const LONG = 'test/**/*.long.test.ts'
const INCLUDED: Readonly<Record<string, string>> = {
  documents: 'documents/**/*.test.ts',
  smoke: 'smoke/**/*.test.ts',
  load: 'load/**/*.test.ts',
  long: LONG,
}

export default defineConfig((environment) => {
  const { test, ...rest } = mergeConfig(packageTests()(environment), {
    // Stories wait more than they compute, so more of them than there are cores may be under way.
    test: { testTimeout: STORY_MS, hookTimeout: STORY_MS, maxWorkers: 4, maxConcurrency: 4 },
  })
  // What measures a loaded daemon wants the machine for itself.
  const alone = environment.mode === 'load' ? { maxWorkers: 1 } : {}
  const include = INCLUDED[environment.mode] ?? 'test/**/*.test.ts'
  const exclude = environment.mode === 'long' ? [] : [LONG]
  // A machine that stands still for seconds breaks a story that is timed; what fails twice is no accident.
  const retry = environment.mode === 'e2e' ? 1 : 0
  return { ...rest, test: { ...test, ...alone, retry, include: [include], exclude } }
})
