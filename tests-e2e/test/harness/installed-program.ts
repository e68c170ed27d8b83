import { spawnSync } from 'node:child_process'

/** The first of some names of a program that this machine has, or `undefined`. */
export function installedProgram(...names: readonly [string, ...string[]]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version']).status === 0)
}

/** What is added to the name of a test that is skipped; nothing when nothing is missing. */
export function skipReason(why: string | null): string {
  return why === null ? '' : ` (skipped: ${why})`
}
