import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileSeal } from '../src/file-seal.ts'

let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rm-seal-'))
  file = path.join(directory, 'anchors.jsonl')
  writeFileSync(file, 'first\n')
})
afterEach(() => rmSync(directory, { recursive: true }))

const DEEDS: readonly (readonly [what: string, deed: () => void, told: string])[] = [
  ['is lengthened', () => appendFileSync(file, 'forged\n'), 'has 13 bytes and not the 6 that were left there'],
  ['is shortened', () => writeFileSync(file, ''), 'has 0 bytes and not the 6 that were left there'],
  [
    'is written over, with its time set back',
    () => {
      writeFileSync(file, 'forge\n')
      utimesSync(file, 0, 0)
    },
    'was changed by somebody else',
  ],
  [
    'is replaced',
    () => {
      writeFileSync(`${file}.new`, 'first\n')
      renameSync(`${file}.new`, file)
    },
    'was replaced by another file',
  ],
  ['is removed', () => rmSync(file), 'was removed'],
]

test.each(DEEDS)('a sealed file that %s is told, once (X-01)', async (_what, deed, told) => {
  const seal = new FileSeal(file)
  expect(await seal.broken()).toBeNull()
  await seal.set()
  expect(await seal.broken()).toBeNull()
  deed()
  expect(await seal.broken()).toBe(told)
  expect(await seal.broken()).toBeNull()
})

test('a file that was sealed after it was written is well', async () => {
  const seal = new FileSeal(file)
  await seal.set()
  appendFileSync(file, 'second\n')
  await seal.set()
  expect(await seal.broken()).toBeNull()
})
