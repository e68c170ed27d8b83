import { z } from 'zod'
import type { Finding } from './source-file.ts'

const Pin = z.strictObject({ package: z.string(), version: z.string(), file: z.string(), integrity: z.string() })
const Platforms = z.record(z.string(), Pin)

/** `tooling/bootstrap/toolchain.json`: the programs that the bootstrap fetches. */
export const Toolchain = z.strictObject({
  node: z.strictObject({ accept: z.int(), platforms: Platforms }),
  pnpm: z.strictObject({ platforms: Platforms }),
})
export type Toolchain = z.infer<typeof Toolchain>

const desktop = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64']
const needed = { node: desktop, pnpm: [...desktop, 'linux-x64-musl', 'linux-arm64-musl'] } // no musl build of Node is published

/**
 * Pins with which the bootstrap could not do its work: a platform without one, a hash that is none or a copy of another platform's,
 * a Node older than the one it would accept, a pnpm other than the one that package.json names.
 *
 * @param packageManager - the field of the root package.json, `pnpm@1.2.3`
 */
export function faultyPins(toolchain: Toolchain, packageManager: string): readonly Finding[] {
  const at = 'tooling/bootstrap/toolchain.json'
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (const program of ['node', 'pnpm'] as const) {
    const { platforms } = toolchain[program]
    for (const platform of needed[program]) {
      if (platforms[platform] === undefined) findings.push(`${at}: no ${program} for ${platform}`)
    }
    for (const [platform, pin] of Object.entries(platforms)) {
      const named = `${program} for ${platform}`
      if (!isSha512(pin.integrity)) findings.push(`${at}: ${named} has no SHA-512 hash`)
      if (seen.has(pin.integrity)) findings.push(`${at}: ${named} repeats the hash of another pin`)
      seen.add(pin.integrity)
      if (program === 'pnpm' && `pnpm@${pin.version}` !== packageManager) {
        findings.push(`${at}: ${named} is ${pin.version}, package.json names ${packageManager}`)
      }
      if (program === 'node' && Number.parseInt(pin.version, 10) < toolchain.node.accept) {
        findings.push(`${at}: ${named} is ${pin.version}, older than the accepted ${toolchain.node.accept}`)
      }
    }
  }
  return findings
}

function isSha512(integrity: string): boolean {
  const hash = /^sha512-([A-Za-z0-9+/]+={0,2})$/.exec(integrity)?.[1]
  return hash !== undefined && Buffer.from(hash, 'base64').length === 64
}
