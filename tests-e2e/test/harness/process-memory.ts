import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Memory that a process holds, as the system counts it. */
export function residentBytes(pid: number): number {
  return (
    1_024 *
    (process.platform === 'linux' ? residentKibOf(pid) : Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])))
  )
}

function residentKibOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (found === null) throw new Error(`/proc/${pid}/status tells no VmRSS`)
  return Number(found[1])
}
