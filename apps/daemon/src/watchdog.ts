import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { LoadedConfig } from '@rm/config'

/** How often the event loop says that it turns. */
const BEAT_MS = 500

/** What the watching thread is started with. */
export interface WatchdogData {
  /** One counter, which the event loop raises. */
  readonly beats: SharedArrayBuffer
  /** Log files that get the last words of a process that stands still. */
  readonly logFiles: readonly string[]
  readonly json: boolean
}

/**
 * Starts a thread that ends this process when its event loop makes no progress (reliability B-9, P-08): a rule that loops, a call that does not
 * return. A thread and not a timer, as a timer stands still together with the loop.
 *
 * @returns ends the watch
 */
export function startWatchdog(logging: LoadedConfig['general']['logging'], dataDirectory: string): () => void {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const counter = new Int32Array(beats)
  const directory = path.resolve(dataDirectory, logging.directory)
  const logFiles = ['risk_manager.log', 'enforcement.log'].map((name) => path.join(directory, name))
  const workerData: WatchdogData = { beats, logFiles, json: logging.json }
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData })
  thread.unref()
  const beat = setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS)
  return () => {
    clearInterval(beat)
    void thread.terminate()
  }
}
