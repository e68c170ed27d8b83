import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PROGRAMS } from '../src/program-files.ts'

/** A piece of the program, in which white space does not count, and what stands there instead. */
type Patch = readonly [piece: string, instead: string]

/**
 * A build of the daemon in which some pieces of its program read otherwise: what a broken build is. Throws when one is not there, so that no fault
 * is planted in vain.
 *
 * @returns its entry, in a new folder
 */
export function patchedDaemon(folder: string, patches: readonly Patch[]): string {
  const built = path.dirname(PROGRAMS.daemon)
  const into = mkdtempSync(path.join(folder, 'daemon-'))
  cpSync(built, path.join(into, 'dist'), { recursive: true })
  symlinkSync(path.join(path.dirname(built), 'node_modules'), path.join(into, 'node_modules'))
  const scripts = readdirSync(path.join(into, 'dist')).filter((name) => name.endsWith('.js'))
  for (const [piece, instead] of patches) {
    const patched = scripts.filter((name) => patch(path.join(into, 'dist', name), patternOf(piece), instead))
    if (patched.length === 0) throw new Error(`the daemon has no ${piece}`)
  }
  return path.join(into, 'dist', path.basename(PROGRAMS.daemon))
}

/** The bundler breaks lines wherever it likes. */
function patternOf(piece: string): RegExp {
  const tokens = piece.match(/\w+|[^\w\s]/g) ?? []
  return new RegExp(tokens.map((token) => RegExp.escape(token)).join('\\s*'), 'g')
}

function patch(file: string, pattern: RegExp, instead: string): boolean {
  const text = readFileSync(file, 'utf8')
  const changed = text.replaceAll(pattern, () => instead)
  if (changed !== text) writeFileSync(file, changed)
  return changed !== text
}
