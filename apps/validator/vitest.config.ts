import { packageTests } from '@rm/package-config/vitest'
import { defineConfig, mergeConfig } from 'vitest/config'

/** Tests that start the built programs. */
const WITH_PROGRAMS = 'test/**/*.e2e.test.ts'
const STORY_MS = 90_000

export default defineConfig((environment) => {
  const { test, ...rest } = mergeConfig(packageTests()(environment), {})
  const isWithPrograms = environment.mode === 'e2e'
  return {
    ...rest,
    test: isWithPrograms
      ? { ...test, include: [WITH_PROGRAMS], testTimeout: STORY_MS, hookTimeout: STORY_MS, retry: 1 }
      : { ...test, exclude: [WITH_PROGRAMS] },
  }
})
