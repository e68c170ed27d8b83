import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readFailedTasks, readReports } from '../gate-traces.mjs'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rm-traces-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), JSON.stringify(content))
}

describe('the traces of a gate', () => {
  test('are the reports of every package, named by folder and task', () => {
    write('packages/rules/reports/unit.json', { numPassedTests: 3 })
    write('packages/state/reports/integration.json', { numPassedTests: 2 })
    write('tests-e2e/reports/e2e.json', { numPassedTests: 1 })
    write('packages/state/dist/reports.json', {})
    expect(readReports(root)).toEqual([
      { task: 'packages/rules unit', report: { numPassedTests: 3 } },
      { task: 'packages/state integration', report: { numPassedTests: 2 } },
      { task: 'tests-e2e e2e', report: { numPassedTests: 1 } },
    ])
  })

  test('name the tasks that failed; cached and unfinished ones have no exit code', () => {
    write('.turbo/runs/a.json', {
      tasks: [
        { task: 'unit', directory: 'packages/rules', execution: { exitCode: 0 } },
        { task: 'lint', directory: 'packages/state', execution: { exitCode: 1 } },
        { task: 'build', directory: 'apps/daemon' },
      ],
    })
    expect(readFailedTasks(root)).toEqual(['packages/state lint'])
  })

  test('of a repository that never ran are none', () => {
    expect(readReports(root)).toEqual([])
    expect(readFailedTasks(root)).toEqual([])
  })
})
