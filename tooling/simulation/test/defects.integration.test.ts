import { expect, test } from 'vitest'
import { buildWithDefect } from '../src/defect-build.ts'
import { findDefect } from '../src/defect-hunt.ts'
import { DEFECTS } from '../src/defects.ts'

test.for(DEFECTS)('the planted defect $name is found: $tells', { timeout: 180_000 }, async (defect) => {
  const { found } = await findDefect(defect, { minutes: 1, firstSeed: defect.seed })
  expect(found).not.toBeNull()
})

test('a defect whose place is gone is not built', async () => {
  const edits = [{ file: 'packages/engine/src/judge.ts', find: 'no such text', replace: '' }]
  await expect(buildWithDefect({ name: 'nowhere', tells: '', edits, seed: 1 })).rejects.toThrow('found 0')
})

test('a defect in a file that nobody loads is not built', async () => {
  const edits = [{ file: 'packages/engine/src/no-such-file.ts', find: 'a', replace: 'b' }]
  await expect(buildWithDefect({ name: 'nowhere', tells: '', edits, seed: 1 })).rejects.toThrow('nobody loads')
})
