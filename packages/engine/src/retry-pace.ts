/** Attempts in a row without effect before only the slow pace is kept. */
export const FAST_ATTEMPTS = 3

/** Slow pace of repeats: after a definite refusal or three attempts without effect (reliability E-01, G-14). */
export const SLOW_RETRY_MS = 5_000

/** Slower still where only time can help: market closed, account not enforceable (risk rules 1.6). */
export const PARKED_RETRY_MS = 30_000

/** First pause after a request that never left; doubles up to the slow pace. */
export const UNSENT_RETRY_MS = 250

/** First pause after a cancel without effect, doubling: an order that is pending can be cancelled a moment later (reliability E-12). */
export const CANCEL_RETRY_MS = 500

/** Two placements of one stop or target lie at least so far apart: a trader who cancels it again and again is followed at a walk. */
export const PLACEMENTS_APART_MS = 1_000
