import { InvalidArgumentError } from 'commander'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads a time such as `60s` or `2m` of a command line, in milliseconds. */
export function duration(least: string, most: string): (text: string) => number {
  const [leastMs, mostMs] = [inMs(least), inMs(most)]
  return (text) => {
    const ms = inMs(text)
    if (ms >= leastMs && ms <= mostMs) return ms
    throw new InvalidArgumentError(`expected a number with ms, s, m, h or d, from ${least} to ${most}, such as 60s`)
  }
}

/** `NaN` for what is no time. */
function inMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  return match === null ? Number.NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN)
}
