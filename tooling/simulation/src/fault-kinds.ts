/** What can go wrong, with its place in the fault catalogue (reliability, section 2). */
interface FaultKindFacts {
  /** Rows of the catalogue that it plays. */
  readonly rows: string
  readonly tells: string
  /**
   * How long after its end the program may still be within its rights to be late: the pace of repeats after a definite refusal, or the
   * regular comparison that finds what nobody told.
   */
  readonly graceMs: number
}

/** A look by the regular comparison, and the look after it. */
const UNTOLD_MS = 34_000
/** The slow pace of repeats after refusals, and the attempt itself. */
const SLOW_PACE_MS = 6_500
/** The pace where only time can help. */
const PARKED_MS = 32_000
/** A reading that fails is repeated at the latest after so long. */
const READING_PACE_MS = 6_000

export const FAULT_KINDS = {
  'reply-lost': { rows: 'G-07 G-09', tells: 'executed, the reply is lost', graceMs: SLOW_PACE_MS },
  'request-lost': { rows: 'G-06 G-08', tells: 'a request is lost on its way', graceMs: SLOW_PACE_MS },
  'not-sent': { rows: 'G-19 G-20', tells: 'no connection for a request', graceMs: SLOW_PACE_MS },
  'slow-command': { rows: 'G-11 G-17', tells: 'a request acts late', graceMs: 9_000 },
  'no-effect': { rows: 'G-14', tells: 'accepted, and nothing is done', graceMs: 9_000 },
  refused: { rows: 'E-01 G-13', tells: 'a request is refused', graceMs: SLOW_PACE_MS },
  'not-found': { rows: 'E-08', tells: 'refused as if nothing were there', graceMs: SLOW_PACE_MS },
  'market-closed': { rows: 'E-09 E-10', tells: 'refused as outside the hours', graceMs: PARKED_MS },
  'account-rejected': { rows: 'A-11', tells: 'the account is refused', graceMs: PARKED_MS },
  'rejected-later': { rows: 'E-16', tells: 'a stop is rejected after its yes', graceMs: SLOW_PACE_MS },
  'read-fails': { rows: 'G-05 G-12', tells: 'a reading fails', graceMs: READING_PACE_MS },
  'list-absent': { rows: 'G-15', tells: 'a reply without its list', graceMs: READING_PACE_MS },
  'read-slow': { rows: 'G-17', tells: 'readings are slow', graceMs: READING_PACE_MS },
  'rest-lag': { rows: 'G-16 E-19', tells: 'REST shows the past', graceMs: READING_PACE_MS },
  'wrong-date': { rows: 'G-21', tells: 'a wrong Date of the gateway', graceMs: 64_000 },
  'login-lost': { rows: 'A-02 A-08', tells: 'the login is gone', graceMs: READING_PACE_MS },
  'event-lost': { rows: 'R-16 R-17 R-18', tells: 'an event is lost', graceMs: UNTOLD_MS },
  'event-twice': { rows: 'R-12 R-13', tells: 'an event comes twice', graceMs: UNTOLD_MS },
  'event-reordered': { rows: 'R-14', tells: 'events change places', graceMs: UNTOLD_MS },
  'event-late': { rows: 'R-15 T-09', tells: 'an event comes late', graceMs: UNTOLD_MS },
  garbled: { rows: 'R-20', tells: 'an event cannot be read', graceMs: READING_PACE_MS },
  'stream-mute': { rows: 'R-02 R-04', tells: 'the stream stands and is silent', graceMs: UNTOLD_MS },
  'user-hub-down': { rows: 'R-01 R-26', tells: 'the user hub is down', graceMs: READING_PACE_MS },
  'market-hub-down': { rows: 'R-25', tells: 'the market hub is down', graceMs: 0 },
  'hub-flap': { rows: 'R-10', tells: 'the user hub comes and goes', graceMs: READING_PACE_MS },
  'commit-fails': { rows: 'D-05 D-07', tells: 'the store cannot be written', graceMs: 2_000 },
  'crash-before-commit': { rows: 'D-01 D-02', tells: 'death, the commit is lost', graceMs: 0 },
  'crash-after-commit': { rows: 'D-01', tells: 'death after a commit', graceMs: 0 },
  kill: { rows: 'P-10 P-16', tells: 'death at any moment', graceMs: 0 },
  freeze: { rows: 'P-05 P-08 T-08', tells: 'the process stands still', graceMs: 8_000 },
  'machine-clock': { rows: 'T-01 T-02 T-03', tells: 'the clock of the machine is set', graceMs: 3_000 },
} as const satisfies Record<string, FaultKindFacts>

export type FaultKind = keyof typeof FAULT_KINDS

export const faultKinds: readonly FaultKind[] = Object.keys(FAULT_KINDS).filter(isFaultKind)

function isFaultKind(text: string): text is FaultKind {
  return text in FAULT_KINDS
}
