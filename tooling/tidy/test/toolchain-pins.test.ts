import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { faultyPins, Toolchain } from '../src/toolchain-pins.ts'

const committed = readFileSync(new URL('../../bootstrap/toolchain.json', import.meta.url), 'utf8')

function findings(change: (toolchain: Toolchain) => void, packageManager = 'pnpm@12.4.2'): readonly string[] {
  const toolchain = Toolchain.parse(JSON.parse(committed))
  change(toolchain)
  return faultyPins(toolchain, packageManager)
}

describe('the pins of the bootstrap', () => {
  test('must cover every platform', () => {
    const found = findings(({ node, pnpm }) => {
      delete node.platforms['win32-x64']
      delete pnpm.platforms['linux-x64-musl']
    })
    expect(found).toEqual([
      expect.stringContaining('no node for win32-x64'),
      expect.stringContaining('no pnpm for linux-x64-musl'),
    ])
  })

  test.each(['', 'sha512-', 'sha1-AAAA', `sha512-${Buffer.alloc(63).toString('base64')}`])(
    'must carry a whole hash, not %j',
    (hash) => {
      const found = findings(({ node }) => Object.assign(node.platforms['linux-x64'] ?? {}, { integrity: hash }))
      expect(found).toEqual([expect.stringContaining('node for linux-x64 has no SHA-512 hash')])
    },
  )

  test('must not carry the hash of another platform', () => {
    const found = findings(({ node }) => {
      Object.assign(node.platforms['darwin-x64'] ?? {}, { integrity: node.platforms['linux-x64']?.integrity })
    })
    expect(found).toEqual([expect.stringContaining('node for darwin-x64 repeats the hash')])
  })

  test('must not bring a Node that the bootstrap itself would refuse', () => {
    const found = findings(({ node }) => Object.assign(node.platforms['win32-arm64'] ?? {}, { version: '25.9.0' }))
    expect(found).toEqual([expect.stringContaining('node for win32-arm64 is 25.9.0')])
  })

  test('must agree with the packageManager field', () =>
    expect(findings(() => {}, 'pnpm@12.5.0')).toContainEqual(expect.stringContaining('package.json names pnpm@12.5.0')))
})
