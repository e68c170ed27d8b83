import { readFile } from 'node:fs/promises'

/** Linux counts the time of a process in hundredths of a second. */
const TICKS_A_SECOND = 100

/** `null` where the system does not tell. */
export async function residentMiB(pid: number): Promise<number | null> {
  const status = await read(`/proc/${pid}/status`)
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  return match === null ? null : Number(match[1]) / 1_024
}

/** Seconds of CPU that the process has used, all its threads together; `null` where the system does not tell. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  // The name of the program stands in parentheses and may hold spaces.
  const [, fields] = (await read(`/proc/${pid}/stat`)).split(') ')
  const [user, system] = fields?.split(' ').slice(11, 13) ?? []
  return user === undefined || system === undefined ? null : (Number(user) + Number(system)) / TICKS_A_SECOND
}

/**
 * Milliseconds that the main thread was ready to run and did not get a core, since its start: what other programs on the machine cost it.
 * `null` where the system does not tell.
 */
export async function waitedMs(pid: number): Promise<number | null> {
  const [, waitedNs] = (await read(`/proc/${pid}/schedstat`)).split(' ')
  return waitedNs === undefined ? null : Number(waitedNs) / 1_000_000
}

async function read(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '')
}
