import type { LockoutTerm } from '@rm/domain'
import { z } from 'zod'
import { report } from './setting-problem.ts'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const
const PATTERN = /^(\d+)(ms|s|m|h)$/

/** The longest duration of a lockout: what shall last longer lasts until a reset or a session (risk rules, 4.3). */
export const DAY_MS: number = 24 * UNIT_MS.h

/** Milliseconds of `500ms`, `60s`, `30m`, `1h`; `null` for any other text. */
function parseDuration(text: string): number | null {
  const [, count, unit] = PATTERN.exec(text) ?? []
  return count !== undefined && isUnit(unit) ? Number(count) * UNIT_MS[unit] : null
}

/** `90 s`, `30 min`, `1 h`: the duration for people. */
export function describeDuration(ms: number): string {
  if (ms % UNIT_MS.h === 0) return `${ms / UNIT_MS.h} h`
  if (ms % UNIT_MS.m === 0) return `${ms / UNIT_MS.m} min`
  return ms % UNIT_MS.s === 0 ? `${ms / UNIT_MS.s} s` : `${ms} ms`
}

/** How long a lockout lasts: `until_reset`, or a duration from `msMin` to 24 h. */
export function lockoutTerm(msMin: number): z.ZodType<LockoutTerm> {
  const read = z.unknown().transform((written, context): LockoutTerm => {
    if (written === 'until_reset') return { kind: 'until-reset' }
    const ms = typeof written === 'string' ? parseDuration(written) : null
    if (ms !== null && ms >= msMin && ms <= DAY_MS) return { kind: 'for', ms }
    report(
      context,
      {
        expected: `until_reset or a duration from ${describeDuration(msMin)} to 24 h`,
        why: ms === null ? 'a duration is whole digits with ms, s, m or h' : 'the duration is out of range',
        fix: 'write `until_reset`, or for example `30m`',
      },
      written,
    )
    return z.NEVER
  })
  return read.meta({
    title: `\`until_reset\`, or a duration from ${describeDuration(msMin)} to 24 h`,
    type: 'string',
    pattern: String.raw`^(until_reset|\d+(ms|s|m|h))$`,
    examples: ['until_reset', '60s', '30m', '4h'],
  })
}

function isUnit(text: string | undefined): text is keyof typeof UNIT_MS {
  return text !== undefined && text in UNIT_MS
}
