import { packageTests } from '@rm/package-config/vitest'
import { defineConfig, mergeConfig } from 'vitest/config'

/** A story may wait for a retry pace of the product and for a busy machine. */
const STORY_MS = 90_000

export default defineConfig((environment) => {
  const { test, ...rest } = mergeConfig(packageTests()(environment), {
    // Stories wait more than they compute, so more of them than there are cores may be under way.
    test: { testTimeout: STORY_MS, hookTimeout: STORY_MS, maxWorkers: 4, maxConcurrency: 4 },
  })
  // What measures a loaded daemon wants the machine for itself.
  const alone = environment.mode === 'load' ? { maxWorkers: 1 } : {}
  const folder = environment.mode === 'smoke' || environment.mode === 'load' ? environment.mode : 'test'
  return { ...rest, test: { ...test, ...alone, include: [`${folder}/**/*.test.ts`] } }
})
