import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'
import { patienceMs } from './property-runs.ts'

// The gate runs many processes on few cores: a test may wait long for its turn, and a slow one is no failure.
const PATIENCE_MS = patienceMs(30_000)

/**
 * The vitest settings of every package: workspace packages from source, one report per kind of test.
 *
 * The mode names the kind. `vitest run` and `--mode unit` run everything but `*.integration.test.ts`, `--mode integration` runs only these.
 * A mode that the gate uses leaves `reports/<mode>.json`, which the closing line of `.ci/run` adds up.
 */
export function packageTests(): ViteUserConfigFnObject {
  return defineConfig(({ mode }) => {
    const integration = 'test/**/*.integration.test.ts'
    const conditions = ['@rm/source']
    return {
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        include: mode === 'integration' ? [integration] : ['test/**/*.test.ts'],
        exclude: mode === 'integration' ? [] : [integration],
        // The files of a package share their workers: starting one for each took a third of the gate. None of them leaves anything behind.
        isolate: false,
        passWithNoTests: true,
        testTimeout: PATIENCE_MS,
        hookTimeout: PATIENCE_MS,
        reporters: mode === 'test' ? ['default'] : ['default', ['json', { outputFile: `reports/${mode}.json` }]],
      },
    }
  })
}
