import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changesSince, NoBase } from '../src/changed-files.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rm-changes-'))
  git('init', '--quiet', '--initial-branch=main')
})
afterEach(() => rmSync(root, { recursive: true }))

function git(...words: readonly string[]): void {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  execFileSync('git', ['-C', root, ...author, ...words], { stdio: 'ignore' })
}

function commit(name: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  writeFileSync(path.join(root, name), name)
  git('add', '--all')
  git('commit', '--quiet', '--message', name)
}

test('on a branch everything since main counts, committed or not, and what is gone does not', () => {
  commit('src/old.ts')
  git('switch', '--quiet', '--create', 'work')
  commit('src/new.ts')
  rmSync(path.join(root, 'src/old.ts'))
  writeFileSync(path.join(root, 'src/übrig.ts'), '')
  const { comparedWith, files } = changesSince(root)
  expect(files).toEqual(['src/new.ts', 'src/übrig.ts'])
  expect(comparedWith).toMatch(/^main, since [0-9a-f]{10}$/)
})

test('on main the last commit counts', () => {
  commit('a.ts')
  commit('b.ts')
  expect(changesSince(root)).toMatchObject({
    files: ['b.ts'],
    comparedWith: expect.stringMatching(/^the commit before/),
  })
})

test('a base that is named counts, one that git does not know is refused', () => {
  commit('a.ts')
  commit('b.ts')
  commit('c.ts')
  expect(changesSince(root, 'HEAD~2').files).toEqual(['b.ts', 'c.ts'])
  expect(() => changesSince(root, 'no-such-branch')).toThrow(NoBase)
})

test('the first commit has no base', () => {
  commit('a.ts')
  expect(() => changesSince(root)).toThrow('name a base with --base, or look at everything with --all')
})
