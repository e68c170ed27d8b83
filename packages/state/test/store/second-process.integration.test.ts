import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { ChildScript } from './child-process.ts'
import { DataFolder } from './data-folder.ts'
import { NOON } from './turn-records.ts'

const HOLDING = new URL('./holding-process.ts', import.meta.url)
const REFUSAL_MS_MAX = 2_000 // reliability P-13

test('a second process is refused within two seconds and told who the first one is (P-13)', async () => {
  using folder = new DataFolder()
  await using first = new ChildScript(HOLDING, folder.database)
  expect(await first.line()).toBe('held')
  const begun = performance.now()
  await expect(folder.open()).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    failure: 'exception',
    details: { pid: first.pid, startedAt: NOON, dataFolder: realpathSync.native(folder.path) },
    message: expect.stringMatching(`process ${first.pid}, started 2026-03-09T17:00:00.000Z, data folder `),
  })
  expect(performance.now() - begun).toBeLessThan(REFUSAL_MS_MAX)
})

test('the name of a process that is gone is never given for the holder', async () => {
  using folder = new DataFolder()
  await using first = new ChildScript(HOLDING, folder.database)
  expect(await first.line()).toBe('held')
  const owner = readFileSync(`${folder.database}.owner`, 'utf8')
  for (const stale of [owner.replace(`${first.pid}`, '999999999'), '{"pid":', '{}']) {
    writeFileSync(`${folder.database}.owner`, stale)
    await expect(folder.open()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringMatching(/another process, which has not left its name$/),
      details: {},
    })
  }
})

test('a killed process frees the store; its name is overwritten', async () => {
  using folder = new DataFolder()
  {
    await using first = new ChildScript(HOLDING, folder.database)
    expect(await first.line()).toBe('held')
  }
  expect(existsSync(`${folder.database}.owner`)).toBe(true)
  using store = await folder.open()
  expect(store.epoch).toBe(2)
  expect(JSON.parse(readFileSync(`${folder.database}.owner`, 'utf8'))).toMatchObject({ pid: process.pid })
})
