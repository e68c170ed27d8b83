import { packageTests } from '@rm/package-config/vitest'
import { defineConfig, mergeConfig } from 'vitest/config'

/** Tests that start the built programs. */
const WITH_PROGRAMS = 'test/**/*.e2e.test.ts'
/** Those of them that take minutes, for the nights and before a release. */
const LONG = 'test/**/*.long.test.ts'
const INCLUDED: Readonly<Record<string, string>> = { e2e: WITH_PROGRAMS, long: LONG }
const STORY_MS = 180_000

export default defineConfig((environment) => {
  const { test, ...rest } = mergeConfig(packageTests()(environment), {})
  const include = INCLUDED[environment.mode]
  if (include === undefined) return { ...rest, test: { ...test, exclude: [WITH_PROGRAMS, LONG] } }
  // A machine that stands still for seconds breaks a story that is timed; what fails twice is no accident.
  return { ...rest, test: { ...test, include: [include], testTimeout: STORY_MS, hookTimeout: STORY_MS, retry: 1 } }
})
