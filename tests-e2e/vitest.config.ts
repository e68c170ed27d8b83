import { packageTests } from '@rm/package-config/vitest'
import { defineConfig, mergeConfig } from 'vitest/config'

/** A story may wait for a retry pace of the product and for a busy machine. */
const STORY_MS = 90_000

export default defineConfig((environment) => {
  const { test, ...rest } = mergeConfig(packageTests()(environment), {
    // Stories wait more than they compute, so more of them than there are cores may be under way.
    test: { testTimeout: STORY_MS, hookTimeout: STORY_MS, maxWorkers: 4, maxConcurrency: 4 },
  })
  const isSmoke = environment.mode === 'smoke'
  return { ...rest, test: { ...test, include: [isSmoke ? 'smoke/**/*.test.ts' : 'test/**/*.test.ts'] } }
})
