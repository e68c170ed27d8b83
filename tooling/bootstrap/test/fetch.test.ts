import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchPinned, isPresent } from '../fetch.mjs'
import { servePackage } from './package-source.ts'
import { scratchFolder } from './scratch-folder.ts'

const pin = { package: 'pinned-tool', version: '1.2.3', file: 'bin/tool' }
const otherHash = `sha512-${Buffer.alloc(64).toString('base64')}`

afterEach(() => vi.unstubAllEnvs())

// The environment, as a user sets it, is how npm learns where packages come from; the cache is the test's own.
function installFrom(url: string, folder: string): void {
  vi.stubEnv('npm_config_registry', url)
  vi.stubEnv('npm_config_cache', join(folder, 'cache'))
}

describe('fetching a pinned program', () => {
  test('puts exactly the pinned package into place and leaves nothing else', async () => {
    using scratch = scratchFolder()
    await using source = await servePackage(scratch.path, pin.package, pin.version)
    installFrom(source.url, scratch.path)
    const folder = join(scratch.path, 'toolchain/tool')

    await fetchPinned(folder, { ...pin, integrity: source.integrity })

    expect(readFileSync(join(folder, 'bin/tool'), 'utf8')).toContain('echo tool')
    expect(readdirSync(join(scratch.path, 'toolchain'))).toEqual(['tool'])
    if (process.platform !== 'win32') expect(statSync(join(folder, 'bin/tool')).mode & 0o111).toBe(0o111)
  })

  test('refuses a package whose hash is not the committed one, and installs nothing', async () => {
    using scratch = scratchFolder()
    await using source = await servePackage(scratch.path, pin.package, pin.version)
    installFrom(source.url, scratch.path)
    const folder = join(scratch.path, 'toolchain/tool')

    await expect(fetchPinned(folder, { ...pin, integrity: otherHash })).rejects.toThrow(/is not the package .* pins/)

    expect(readdirSync(join(scratch.path, 'toolchain'))).toEqual([])
  })

  test('may happen twice at the same time', async () => {
    using scratch = scratchFolder()
    await using source = await servePackage(scratch.path, pin.package, pin.version)
    installFrom(source.url, scratch.path)
    const folder = join(scratch.path, 'toolchain/tool')
    const wanted = { ...pin, integrity: source.integrity }

    await Promise.all([fetchPinned(folder, wanted), fetchPinned(folder, wanted)])

    expect(isPresent(folder, wanted)).toBe(true)
    expect(readdirSync(join(scratch.path, 'toolchain'))).toEqual(['tool'])
  })

  test('refuses a package that lacks the program', async () => {
    using scratch = scratchFolder()
    await using source = await servePackage(scratch.path, pin.package, pin.version)
    installFrom(source.url, scratch.path)
    const wanted = { ...pin, file: 'bin/absent', integrity: source.integrity }

    await expect(fetchPinned(join(scratch.path, 'toolchain/tool'), wanted)).rejects.toThrow('no bin/absent')
  })

  test('replaces another version that is in place, then asks nobody again', async () => {
    using scratch = scratchFolder()
    const folder = join(scratch.path, 'toolchain/tool')
    const next = { ...pin, version: '1.3.0' }
    {
      await using source = await servePackage(scratch.path, pin.package, pin.version)
      installFrom(source.url, scratch.path)
      await fetchPinned(folder, { ...pin, integrity: source.integrity })
      await fetchPinned(folder, { ...pin, integrity: source.integrity })
    }
    {
      await using source = await servePackage(scratch.path, next.package, next.version)
      installFrom(source.url, scratch.path)
      await fetchPinned(folder, { ...next, integrity: source.integrity })
    }
    // Both sources are closed: only a program that is already in place can be provided now.
    await fetchPinned(folder, { ...next, integrity: otherHash })
    expect(isPresent(folder, next)).toBe(true)
    expect(isPresent(folder, pin)).toBe(false)
  })

  test('says what npm said when nothing can be reached', async () => {
    using scratch = scratchFolder()
    installFrom('http://127.0.0.1:9/', scratch.path)
    vi.stubEnv('npm_config_fetch_retries', '0')
    const folder = join(scratch.path, 'toolchain/tool')
    await expect(fetchPinned(folder, { ...pin, integrity: otherHash })).rejects.toThrow(
      /npm could not fetch[^]*ECONNREFUSED/,
    )
    expect(existsSync(folder)).toBe(false)
  })

  test('does not take a half-written folder for a program', () => {
    using scratch = scratchFolder()
    writeFileSync(join(scratch.path, 'package.json'), JSON.stringify({ name: pin.package, version: pin.version }))
    expect(isPresent(scratch.path, pin)).toBe(false)
  })
})
