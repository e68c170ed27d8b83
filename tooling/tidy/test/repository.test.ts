import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ambientUses } from '../src/ambient.ts'
import { badFileNames } from '../src/file-names.ts'
import { rulesWithoutSection, uncoveredSections } from '../src/covered-sections.ts'
import { importsAgainstTheFloors } from '../src/floors.ts'
import { addressesInLockfile, missingPlatforms } from '../src/lockfile.ts'
import { referenceSections } from '../src/reference-sections.ts'
import { readSources } from '../src/source-file.ts'
import { faultyPins, Toolchain } from '../src/toolchain-pins.ts'
import { unownedTodos } from '../src/unowned-todos.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = readSources(root)
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

test('the whole repository was read', () => {
  const paths = sources.map((file) => file.path)
  expect(paths).toContain('packages/domain/src/index.ts')
  expect(paths).toContain('apps/daemon/src/main.ts')
  expect(paths.filter((path) => /node_modules|\/dist\//.test(path))).toEqual([])
})

test('every import follows the floors', () => expect(importsAgainstTheFloors(sources)).toEqual([]))
test('nothing takes time, waits, chance or the terminal from the air', () => expect(ambientUses(sources)).toEqual([]))
test('every file name says what is inside', () => expect(badFileNames(sources)).toEqual([]))
test('every promise of work has an owner', () => expect(unownedTodos(sources)).toEqual([]))
test('every section of the rules reference has its worked examples tested', () =>
  expect([
    ...uncoveredSections(referenceSections, sources),
    ...rulesWithoutSection(referenceSections, sources),
  ]).toEqual([]))
test('the lockfile installs on every platform', () => expect(missingPlatforms(read('pnpm-lock.yaml'))).toEqual([]))
test('the lockfile names no registry', () => expect(addressesInLockfile(read('pnpm-lock.yaml'))).toEqual([]))
test('the bootstrap can fetch Node and pnpm on every platform', () => {
  const { packageManager }: { packageManager: string } = JSON.parse(read('package.json'))
  expect(faultyPins(Toolchain.parse(JSON.parse(read('tooling/bootstrap/toolchain.json'))), packageManager)).toEqual([])
})
