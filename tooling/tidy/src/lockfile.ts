import type { Finding } from './source-file.ts'

/** The tools that reach a machine as one binary package per platform, and how each spells the platforms we promise. */
const binaries: Readonly<Record<string, readonly string[]>> = {
  '@biomejs/cli-': ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'],
  '@esbuild/': ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'],
  '@oxc-parser/binding-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
  '@oxc-resolver/binding-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
  '@oxlint-tsgolint/': ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'],
  '@oxlint/binding-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
  '@rolldown/binding-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
  '@rollup/rollup-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
  '@turbo/': ['darwin-arm64', 'darwin-64', 'linux-arm64', 'linux-64', 'windows-64'],
  '@typescript/typescript-': ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'],
  'lightningcss-': ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu', 'win32-x64-msvc'],
}

/**
 * Platform packages that the lockfile lacks.
 *
 * A registry that lags on one platform makes pnpm leave that optional package out without a word; a frozen install there then has no tool.
 */
export function missingPlatforms(lockfile: string): readonly Finding[] {
  const locked = new Set([...lockfile.matchAll(/^ {2}'?((?:@[\w.-]+\/)?[\w.-]+)@\d/gm)].map((match) => match[1]))
  return Object.entries(binaries).flatMap(([tool, platforms]) =>
    platforms
      .filter((platform) => !locked.has(`${tool}${platform}`))
      .map((platform) => `pnpm-lock.yaml: ${tool}${platform} is missing`),
  )
}

/** Addresses in the lockfile: it has to install from whatever registry the user has configured. */
export function addressesInLockfile(lockfile: string): readonly Finding[] {
  return lockfile.split('\n').flatMap((line, index) => {
    const address = /\b[a-z+]+:\/\/[^\s'",}]+/i.exec(line)?.[0]
    return address === undefined ? [] : [`pnpm-lock.yaml:${index + 1}: holds the address ${address}`]
  })
}
