import { describe, expect, test } from 'vitest'
import { needsOf } from './fixture-tree.ts'

const STORE = 'packages/state/src/store.ts'
const STORE_TEXT = "import Database from 'better-sqlite3'\nexport const open = (file: string) => new Database(file)"
const OPENS = "import { open } from '../src/store.ts'\n"
const IN_A_FOLDER = "import { mkdtempSync } from 'node:fs'\nopen(mkdtempSync('x'))\n"

describe('persistence', () => {
  test('without a test lacks the direct database test', () => {
    expect(needsOf({ [STORE]: STORE_TEXT }, STORE)).toEqual(['persistence: direct database test: no test does'])
  })

  test('is shown by a test that opens it in a real folder, also by a helper beside the test', () => {
    const direct = { 'packages/state/test/store.test.ts': `${OPENS}${IN_A_FOLDER}` }
    expect(needsOf({ [STORE]: STORE_TEXT, ...direct }, STORE)[0]).toContain('packages/state/test/store.test.ts')
    const helped = {
      'packages/state/test/open-store.ts': `${OPENS}${IN_A_FOLDER}`,
      'packages/state/test/any.test.ts': "import { opened } from './open-store.ts'",
    }
    expect(needsOf({ [STORE]: STORE_TEXT, ...helped }, STORE)[0]).toContain('packages/state/test/any.test.ts')
  })

  test.each([
    ['one that touches no disk', OPENS],
    ['one that touches the disk with something else', IN_A_FOLDER],
    ['one that imports only its types', `import type { open } from '../src/store.ts'\n${IN_A_FOLDER}`],
  ])('is not shown by %s', (_, text) => {
    expect(needsOf({ [STORE]: STORE_TEXT, 'packages/state/test/store.test.ts': text }, STORE)[0]).toContain(
      'no test does',
    )
  })

  test.each([
    ["import { writeFileSync } from 'node:fs'\nwriteFileSync('x', '')", 1],
    ["import { readFileSync } from 'node:fs'\nreadFileSync('x')", 0],
    ["import type { writeFileSync } from 'node:fs'\nwriteFileSync('x', '')", 0],
    ["function open() {}\nimport { readFileSync } from 'node:fs'\nopen()", 0],
  ])('is told by what is imported and called: %j', (text, count) => {
    expect(needsOf({ [STORE]: text }, STORE)).toHaveLength(count)
  })
})

test('a face hands on only what is imported by name', () => {
  const tree = {
    [STORE]: STORE_TEXT,
    'packages/state/src/book.ts': 'export const book = 1',
    'packages/state/src/index.ts': "export { open } from './store.ts'\nexport { book } from './book.ts'",
    'apps/daemon/test/a.test.ts': `import { open } from '@rm/state'\n${IN_A_FOLDER}`,
    'apps/daemon/test/b.test.ts': `import { book } from '@rm/state'\n${IN_A_FOLDER}`,
  }
  expect(needsOf(tree, STORE)).toEqual(['persistence: direct database test: apps/daemon/test/a.test.ts'])
})

describe('wiring', () => {
  const MAIN = 'apps/daemon/src/main.ts'
  const HARNESS = "export const DAEMON = new URL('apps/daemon/dist/main.js', root)"

  test('of a program needs a story that starts it', () => {
    expect(needsOf({ [MAIN]: '' }, MAIN)).toEqual(['wiring: wiring test: no test does'])
    const tree = {
      [MAIN]: '',
      'tests-e2e/test/harness/daemon.ts': HARNESS,
      'tests-e2e/test/startup/boots.test.ts': "import { DAEMON } from '../harness/daemon.ts'\nspawn(DAEMON)",
    }
    expect(needsOf(tree, MAIN)).toEqual(['wiring: wiring test: tests-e2e/test/startup/boots.test.ts'])
  })

  test('is any file that brings three packages together, whose own test is enough', () => {
    const file = 'apps/daemon/src/parts.ts'
    const imports = ['state', 'config', 'alerts'].map((name) => `import { ${name} } from '@rm/${name}'`).join('\n')
    const tree = { [file]: imports, 'apps/daemon/test/parts.test.ts': "import '../src/parts.ts'" }
    expect(needsOf(tree, file)).toContain('wiring: wiring test: apps/daemon/test/parts.test.ts')
    expect(needsOf({ [file]: imports.replaceAll('import {', 'import type {') }, file)).toEqual([])
  })
})

test('a state machine needs a case for every label, over all its tests together', () => {
  const file = 'packages/engine/src/after.ts'
  const text = "switch (kind) { case 'cut': case 'lost': case 'back': break; default: unreachable(kind) }"
  const one = { 'packages/engine/test/a.test.ts': "import '../src/after.ts'\ncheck('cut', \"lost\")" }
  expect(needsOf({ [file]: text, ...one }, file)).toEqual(['state machine: every-state test: no test names back'])
  const two = { 'packages/engine/test/b.test.ts': "import '../src/after.ts'\ncheck('back')" }
  expect(needsOf({ [file]: text, ...one, ...two }, file)[0]).not.toContain('no test')
})

test('what runs code of another package needs a story over processes', () => {
  const file = 'apps/cli/src/show.ts'
  const tree = {
    [file]: "import { open } from '@rm/state'",
    'apps/cli/src/main.ts': "import './show.ts'",
    'apps/cli/test/show.test.ts': "import '../src/show.ts'",
  }
  expect(needsOf(tree, file)).toEqual(['cross-component: story over processes: no test does'])
  const story = { 'tests-e2e/test/operators/show.test.ts': "spawn('apps/cli/dist/main.js')" }
  expect(needsOf({ ...tree, ...story }, file)[0]).toContain('tests-e2e/test/operators/show.test.ts')
})

test('a program that a program starts is reached too, and so is a thread', () => {
  const file = 'apps/daemon/src/beat.ts'
  const tree = {
    [file]: 'setInterval(() => {}, 1)',
    'apps/daemon/src/main.ts': "new Worker(new URL('./beat.js', import.meta.url))",
    'apps/cli/src/main.ts': "spawn('apps/daemon/dist/main.js')",
    'tests-e2e/test/beat.test.ts': "test('ends with its daemon', () => spawn('apps/cli/dist/main.js'))",
  }
  expect(needsOf(tree, file)).toEqual(['background: stop test: tests-e2e/test/beat.test.ts'])
})

test('what calls out needs a test for each way in which the other side fails', () => {
  const file = 'packages/alerts/src/post.ts'
  const ways = (titles: readonly string[]): readonly string[] => {
    const text = titles.map((title) => `test('${title}', () => {})`).join('\n')
    const tree = { [file]: 'await fetch(url)', 'packages/alerts/test/post.test.ts': `import '../src/post.ts'\n${text}` }
    return needsOf(tree, file)
      .filter((need) => need.includes('no test does'))
      .map((need) => need.split(': ')[2] ?? '')
  }
  expect(ways([])).toEqual(['refuses', 'is silent', 'goes away', 'answers nonsense'])
  expect(ways(['posts'])).toHaveLength(4)
  expect(ways(['that refuses is told', 'that hangs is given up'])).toEqual(['goes away', 'answers nonsense'])
  expect(ways(['answered by 503', 'does not answer', 'was cut off', 'answers nonsense'])).toEqual([])
})

test('tables of cases count like names', () => {
  const file = 'packages/alerts/src/post.ts'
  const text = "import '../src/post.ts'\ntest.each([['refused'], ['cut off']])('%s', () => {})"
  const needs = needsOf({ [file]: 'await fetch(url)', 'packages/alerts/test/post.test.ts': text }, file)
  expect(needs.filter((need) => need.includes('no test does'))).toHaveLength(2)
})

test('settings need a value that is refused', () => {
  const file = 'packages/config/src/speed-file.ts'
  const tree = { [file]: 'export const Speed = z.strictObject({})' }
  expect(needsOf(tree, file)).toEqual(['configuration: refused-value test: no test does'])
  const shown = { 'packages/config/test/speed.test.ts': "import '../src/speed-file.ts'\ntest('refuses 0', () => {})" }
  expect(needsOf({ ...tree, ...shown }, file)[0]).not.toContain('no test')
})

test('a server needs somebody who may not call it, and what is no request', () => {
  const file = 'apps/daemon/src/server.ts'
  const own = { 'apps/daemon/test/server.test.ts': "import '../src/server.ts'\ntest('a stranger gets 401', () => {})" }
  expect(needsOf({ [file]: "import { fastify } from 'fastify'", ...own }, file)).toEqual([
    'API: authorization test: apps/daemon/test/server.test.ts',
    'API: malformed-input test: no test does',
  ])
})

test('tests, declarations and what is for tests alone need nothing', () => {
  for (const path of ['packages/state/test/a.ts', 'packages/state/src/a.d.ts', 'packages/state/src/testing/a.ts'])
    expect(needsOf({ [path]: STORE_TEXT }, path)).toEqual([])
})
