import { setTimeout as pause } from 'node:timers/promises'
import { configFingerprint } from './config-fingerprint.ts'

/** How often the folder is looked at: a change is taken in within a second (reliability C-02). */
const LOOK_MS = 250
/**
 * An editor writes in several steps, so a change is read once two looks agree; files that never come to rest are read at most so often all
 * the same, or whoever keeps touching one could keep a limit from being tightened (reliability C-03, C-09).
 */
const PERIOD_MS = 1_000

export interface ConfigWatchOptions {
  readonly directory: string
  /** The folder as it was before the configuration in force was read. */
  readonly fingerprint: string
  readonly monotonic: () => number
  readonly onChange: () => void
  /** Told once when the folder can no longer be looked at. */
  readonly onTrouble: (error: unknown) => void
}

/**
 * Calls back when the configuration folder has changed. It is looked at again and again: notifications of the operating system follow no
 * links, end with the folder that they were asked for, and do not come from every filesystem.
 *
 * @returns ends it
 */
export function watchConfig(options: ConfigWatchOptions): () => void {
  const ended = new AbortController()
  void look(options, ended.signal)
  return () => ended.abort()
}

async function look(options: ConfigWatchOptions, ended: AbortSignal): Promise<void> {
  let taken = options.fingerprint
  let seen = taken
  let quietMs = options.monotonic()
  let isTroubled = false
  while (!ended.aborted) {
    const found = await configFingerprint(options.directory).catch((error: unknown) => {
      if (!isTroubled) options.onTrouble(error)
      isTroubled = true
      return null
    })
    if (ended.aborted) return
    if (found !== null) {
      isTroubled = false
      const isAtRest = found === seen
      seen = found
      if (found === taken) quietMs = options.monotonic()
      else if (isAtRest || options.monotonic() - quietMs >= PERIOD_MS) {
        taken = found
        quietMs = options.monotonic()
        options.onChange()
      }
    }
    await pause(LOOK_MS, null, { ref: false, signal: ended }).catch(() => null)
  }
}
