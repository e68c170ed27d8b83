import type { Failure } from '@rm/domain'

/** What the process tells its caller. 64 is the conventional code of a usage error (sysexits.h). */
export const EXIT_CODES = {
  success: 0,
  exception: 1,
  stalled: 2,
  configuration: 3,
  gateway: 4,
  environment: 5,
  usage: 64,
} as const satisfies Record<Failure | 'success', number>

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

/** The exit code of a failure. */
export function exitCodeOf(failure: Failure): ExitCode {
  return EXIT_CODES[failure]
}
