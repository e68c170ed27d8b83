import { TEST_ACCOUNT } from '@rm/domain/testing'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { lockAccount } from '../../src/store/account-lock.ts'
import { ChildScript } from './child-process.ts'
import { DataFolder } from './data-folder.ts'
import { NOON, OTHER_ACCOUNT } from './turn-records.ts'

const HOLDING = new URL('./holding-process.ts', import.meta.url)
const REFUSAL_MS_MAX = 2_000 // reliability P-13

test('a second process is refused within two seconds and told who the first one is', async () => {
  using folder = new DataFolder()
  await using first = new ChildScript(HOLDING, folder.database, folder.file('locks'))
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
  await using first = new ChildScript(HOLDING, folder.database, folder.file('locks'))
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

test('a killed process frees the store and the account; its name is overwritten', async () => {
  using folder = new DataFolder()
  {
    await using first = new ChildScript(HOLDING, folder.database, folder.file('locks'))
    expect(await first.line()).toBe('held')
  }
  expect(existsSync(`${folder.database}.owner`)).toBe(true)
  using store = await folder.open()
  using lock = lockAccount({ ...ACCOUNT, directory: folder.file('locks') })
  expect(store.epoch).toBe(2)
  expect(JSON.parse(readFileSync(`${folder.database}.owner`, 'utf8'))).toMatchObject({ pid: process.pid })
  lock.release()
})

const ACCOUNT = { accountId: TEST_ACCOUNT, dataFolder: '/data/two', now: NOON }

test('an account that another process holds is refused with its name, whatever the data folder; other accounts are free', async () => {
  using folder = new DataFolder()
  const directory = folder.file('locks')
  await using first = new ChildScript(HOLDING, folder.database, directory)
  expect(await first.line()).toBe('held')
  expect(() => lockAccount({ ...ACCOUNT, directory })).toThrow(
    expect.objectContaining({
      code: 'STORE_LOCKED',
      message: `account ${TEST_ACCOUNT} is in use by process ${first.pid}, started 2026-03-09T17:00:00.000Z, data folder /data/one`,
    }),
  )
  using other = lockAccount({ ...ACCOUNT, accountId: OTHER_ACCOUNT, directory })
  expect(() => lockAccount({ ...ACCOUNT, accountId: OTHER_ACCOUNT, directory })).toThrow('data folder /data/two')
  other.release()
  lockAccount({ ...ACCOUNT, accountId: OTHER_ACCOUNT, directory }).release()
})
