import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Guide } from '../src/guide.ts'
import { gapsText, guideText } from '../src/guide-text.ts'
import { gapsOf } from '../src/package-audit.ts'
import { Repository } from '../src/repository.ts'
import { guideOver } from './fixture-tree.ts'

const guide = new Guide(Repository.read(fileURLToPath(new URL('../../..', import.meta.url))))

test('every package that persists, wires or calls out has its direct-database, wiring and failure tests', () => {
  expect(gapsText(gapsOf(guide))).toBe('')
})

test('the whole repository was looked at', () => {
  const [journal] = guide.requirementsOf('packages/state/src/store/emergency-journal.ts')
  expect(journal).toMatchObject({ category: 'persistence', missing: null })
  expect(guide.requirementsOf('apps/daemon/src/boot.ts').map(({ category }) => category)).toContain('wiring')
  expect(guide.requirementsOf('packages/sdk-bridge/src/rest/undici-adapter.ts')).not.toEqual([])
})

test('a package that lacks one is told with a file, the reason and what to write', () => {
  const lacking = guideOver({ 'packages/state/src/store.ts': "import Database from 'better-sqlite3'" })
  expect(gapsText(gapsOf(lacking))).toBe(
    [
      'packages/state: persistence',
      '  ✗ direct database test',
      '    packages/state/src/store.ts: it imports better-sqlite3',
      '    → write it: packages/state/test/store.test.ts',
      '',
    ].join('\n'),
  )
})

test('one file that has its test speaks for its package', () => {
  const tree = {
    'packages/state/src/store.ts': "import Database from 'better-sqlite3'",
    'packages/state/src/journal.ts': "import Database from 'better-sqlite3'",
    'packages/state/test/store.test.ts':
      "import '../src/store.ts'\nimport { mkdtempSync } from 'node:fs'\nmkdtempSync('x')",
  }
  expect(gapsOf(guideOver(tree))).toEqual([])
  const text = guideText(guideOver(tree).all())
  expect(text).toContain('    ✓ direct database test\n      packages/state/test/store.test.ts')
  expect(text).toContain('    ✗ direct database test: no test does')
})
