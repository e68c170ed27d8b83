import type { LoadedConfig, RefusedConfig } from '@rm/config'
import type { Finding } from './report/validation-report.ts'

/** What a refused configuration says of some of its settings, with file and line; nothing of one that is read. */
export function refusedSettings(config: LoadedConfig | RefusedConfig, keyPaths: RegExp): readonly Finding[] {
  if (config.ok) return []
  return config.diagnostics
    .filter(({ severity, keyPath }) => severity === 'error' && keyPaths.test(keyPath))
    .map(({ file, line, keyPath, expected, got, fix }) => ({
      severity: 'error',
      place: `${file}:${line} ${keyPath}`,
      what: `expected ${expected}; got ${got}`,
      remedy: fix,
    }))
}
