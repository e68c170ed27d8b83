import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The JSON report of a real vitest run over the named files in `suites`. */
export function reportOf(...files: readonly string[]): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'rm-totals-'))
  try {
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
    const outputFile = join(folder, 'report.json')
    const suites = fileURLToPath(new URL('suites', import.meta.url))
    const config = fileURLToPath(new URL('suites/vitest.config.ts', import.meta.url))
    const flags = ['--root', suites, '--config', config, '--reporter=json', `--outputFile=${outputFile}`]
    spawnSync(process.execPath, [vitest, 'run', ...flags, ...files], { stdio: 'ignore' })
    return JSON.parse(readFileSync(outputFile, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
