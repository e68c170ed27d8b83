import { EXIT_CODES } from '@rm/runtime-pack'

/** How a daemon is started: as ever, or so that it only defends what is stored (decision 0037). */
export type StartMode = 'normal' | 'safe'

/** How a run of the daemon ended. */
export interface RunEnd {
  readonly mode: StartMode
  /** `null`: by a signal. */
  readonly code: number | null
  /** Ended by the supervisor, because it made no progress. */
  readonly isStalled: boolean
  /** The code of an `RmError` with which it refused to start: a store that is held, a gateway that does not answer. */
  readonly refusal: string | null
}

/** What the supervisor does after a run. */
export type NextStep =
  | { readonly kind: 'end'; readonly code: number }
  | {
      readonly kind: 'start'
      readonly mode: StartMode
      readonly pauseMs: number
      /** Ends without a healthy run in between, the last one included. */
      readonly deaths: number
      /** A human is called. */
      readonly isToBeTold: boolean
    }

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A run this long was a healthy one. */
export const HEALTHY_MS = 60_000
const DEATHS_TOLD = 3
/** After this many deaths by its own fault, without a healthy run in between, the daemon is started in safe mode. */
const FAULTS_MAX = 5

/** Decides when and how a daemon that ended is started again: always, unless it was asked to stop (reliability P-11). */
export class RestartPlan {
  #deaths = 0
  #faults = 0

  first(): NextStep {
    return { kind: 'start', mode: 'normal', pauseMs: 0, deaths: 0, isToBeTold: false }
  }

  after(end: RunEnd): NextStep {
    if (end.code === EXIT_CODES.success || end.code === EXIT_CODES.usage) return { kind: 'end', code: end.code }
    this.#deaths += 1
    if (isOwnFault(end)) this.#faults += 1
    const deaths = this.#deaths
    const mode = this.#faults >= FAULTS_MAX ? 'safe' : 'normal'
    return { kind: 'start', mode, pauseMs: pauseAfter(end, deaths), deaths, isToBeTold: deaths === DEATHS_TOLD }
  }

  /** The daemon runs for {@link HEALTHY_MS}. One in safe mode says nothing of how a normal one would do. */
  healthy(mode: StartMode): 'recovered' | 'as before' {
    const wasTold = this.#deaths >= DEATHS_TOLD
    this.#deaths = 0
    if (mode === 'normal') this.#faults = 0
    return wasTold && mode === 'normal' ? 'recovered' : 'as before'
  }

  /** One in safe mode was stopped to try a normal one. With one more fault it is back in safe mode, after the shortest pause. */
  trial(): NextStep {
    this.#deaths = 0
    return this.first()
  }
}

/** Rules that are off mend nothing of a configuration, a gateway or a machine that does not fit, or of a store that another has. */
function isOwnFault({ code, isStalled, refusal }: RunEnd): boolean {
  if (isStalled || code === null || code === EXIT_CODES.stalled) return true
  return code === EXIT_CODES.exception && refusal === null
}

function pauseAfter({ code, isStalled }: RunEnd, deaths: number): number {
  // It stood still for ten seconds already, which paces it.
  if (isStalled || code === EXIT_CODES.stalled) return 0
  // Nothing will be different before the files are, and that ends the pause.
  if (code === EXIT_CODES.configuration) return LONGEST_PAUSE_MS
  return Math.min(FIRST_PAUSE_MS * 2 ** (deaths - 1), LONGEST_PAUSE_MS)
}
