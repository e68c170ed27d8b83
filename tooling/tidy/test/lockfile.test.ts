import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressesInLockfile, missingPlatforms } from '../src/lockfile.ts'

const lockfile = readFileSync(new URL('../../../pnpm-lock.yaml', import.meta.url), 'utf8')

describe('the lockfile', () => {
  test('lacks a platform as soon as one binary package is gone', () => {
    const withoutMac = lockfile.replaceAll(/^ {2}'@turbo\/darwin-arm64@.*$/gm, '')
    expect(missingPlatforms(withoutMac)).toEqual(['pnpm-lock.yaml: @turbo/darwin-arm64 is missing'])
  })

  test('that is empty lacks every tool on five platforms', () => expect(missingPlatforms('')).toHaveLength(55))

  test.each([
    '    resolution: {tarball: https://mirror.example/a.tgz}',
    "  'git+ssh://host.example/a.git':",
    'HTTP://HOST/x',
  ])('must not hold an address: %s', (line) =>
    expect(addressesInLockfile(`lockfileVersion: '9.0'\n${line}`)).toEqual([
      expect.stringContaining('pnpm-lock.yaml:2: '),
    ]),
  )

  test.each(['  zod: link:../packages/zod', "    specifier: 'workspace:*'"])('may hold %s', (line) =>
    expect(addressesInLockfile(line)).toEqual([]),
  )
})
