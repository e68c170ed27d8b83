import { describe, expect, test } from 'vitest'
import { badFileNames } from '../src/file-names.ts'

describe('a file name', () => {
  test.each([
    'packages/rules/src/max-contracts.ts',
    'packages/rules/src/index.ts',
    'packages/rules/test/arbitrate.property.test.ts',
    'packages/state/src/store/migrations/0001-accounts.ts',
    'packages/rules/vitest.config.ts',
    'packages/engine/src/common-stock.ts',
  ])('%s says what is inside', (path) => expect(badFileNames([{ path }])).toEqual([]))

  test.each([
    ['packages/rules/src/utils.ts', 'does not say what is inside'],
    ['packages/rules/src/test-helpers.ts', 'does not say what is inside'],
    ['packages/engine/src/risk-manager.ts', 'does not say what is inside'],
    ['apps/daemon/src/misc.test.ts', 'does not say what is inside'],
    ['packages/engine/src/takeTurn.ts', 'file names are kebab-case'],
    ['packages/engine/src/take_turn.ts', 'file names are kebab-case'],
    ['packages/engine/src/ports/index.ts', 'a package has one face, src/index.ts'],
    ['apps/daemon/src/index.ts', 'a package has one face, src/index.ts'],
  ])('%s is refused: %s', (path, reason) => expect(badFileNames([{ path }])).toEqual([expect.stringContaining(reason)]))
})
