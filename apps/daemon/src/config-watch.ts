import { watch } from 'node:fs'

/** An editor writes in several steps: the folder has to be at rest for so long (reliability C-03). */
const REST_MS = 300
/** However often files change, they are read at most so often (reliability C-09). */
const PERIOD_MS = 1_000

/**
 * Calls back after files below a folder have changed and are at rest. Throws what the operating system says when it cannot watch.
 *
 * @returns ends it
 */
export function watchConfig(
  directory: string,
  monotonic: () => number,
  onChange: () => void,
  onTrouble: (error: Error) => void,
): () => void {
  let timer: NodeJS.Timeout | null = null
  let calledMs = Number.NEGATIVE_INFINITY
  const watcher = watch(directory, { recursive: true, persistent: false })
  watcher.on('error', onTrouble)
  watcher.on('change', () => {
    if (timer !== null) clearTimeout(timer)
    const waitMs = Math.max(REST_MS, calledMs + PERIOD_MS - monotonic())
    timer = setTimeout(() => {
      timer = null
      calledMs = monotonic()
      onChange()
    }, waitMs)
    timer.unref()
  })
  return () => {
    watcher.close()
    if (timer !== null) clearTimeout(timer)
  }
}
