import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { PROGRAMS } from '../../src/program-files.ts'

/** A build of the daemon that first does something else, which goes on beside it. */
export function daemonThatAlso({ folder, name, work }: { folder: string; name: string; work: string }): string {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(file, `${work}\nawait import(${JSON.stringify(PROGRAMS.daemon)})\n`)
  return file
}
