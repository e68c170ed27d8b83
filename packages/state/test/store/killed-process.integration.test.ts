import { TEST_ACCOUNT } from '@rm/domain/testing'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ChildScript } from './child-process.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, MIDNIGHT } from './turn-records.ts'

const COMMITTING = new URL('./committing-process.ts', import.meta.url)

test('what a process said it had committed is there after it was killed, over several lives', async () => {
  using folder = new DataFolder()
  let committedMin = 0
  for (const killAfter of [0, 1, 40]) {
    await using child = new ChildScript(COMMITTING, folder.database)
    expect(await child.line()).toBe('open')
    for (let key = 0; key < killAfter; key += 1) expect(await child.line()).toBe(String(key))
    await child.kill()
    committedMin += killAfter
  }
  expect(existsSync(`${folder.database}-wal`)).toBe(true)
  using store = await folder.open()
  expect(store.epoch).toBe(4)
  const stored = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
  const turns = stored.lockouts.length
  expect(turns).toBeGreaterThanOrEqual(committedMin)
  expect(stored.breaches).toHaveLength(turns)
  expect(stored.commands).toHaveLength(2 * turns)
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 5 * turns })
  store.commit([aBreachTurn('after')])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 5 * (turns + 1) })
})
