import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Pin {
  readonly package: string
  readonly version: string
  readonly file: string
  readonly integrity: string
}

interface Toolchain {
  readonly node: { readonly accept: number; readonly platforms: Readonly<Record<string, Pin>> }
  readonly pnpm: { readonly platforms: Readonly<Record<string, Pin>> }
}

const toolchain: Toolchain = JSON.parse(readFileSync(new URL('../toolchain.json', import.meta.url), 'utf8'))
const desktop = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64']

test.each([
  { program: 'node', platforms: toolchain.node.platforms, needed: desktop },
  { program: 'pnpm', platforms: toolchain.pnpm.platforms, needed: [...desktop, 'linux-x64-musl', 'linux-arm64-musl'] },
])('$program is pinned with a SHA-512 hash of its own on every platform', ({ platforms, needed }) => {
  expect(Object.keys(platforms).toSorted()).toEqual(needed.toSorted())
  const hashes = Object.values(platforms).map((pin) => pin.integrity)
  for (const hash of hashes) expect(Buffer.from(hash.replace(/^sha512-/, ''), 'base64')).toHaveLength(64)
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('no pinned Node is older than the oldest one that the bootstrap would use', () => {
  for (const pin of Object.values(toolchain.node.platforms)) {
    expect(Number(pin.version.split('.')[0])).toBeGreaterThanOrEqual(toolchain.node.accept)
  }
})

test('the pinned pnpm is the one that package.json names for turbo', () => {
  const root: { packageManager: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  for (const pin of Object.values(toolchain.pnpm.platforms)) expect(root.packageManager).toBe(`pnpm@${pin.version}`)
})
