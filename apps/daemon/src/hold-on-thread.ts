import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { CopyFacts, HeldCopy } from '@rm/state'

/** To sync and read a copy takes seconds; a thread that hangs must not end all later backups. */
const FINISH_MS_MAX = 5 * 60_000

/** Holds a copy on a thread of its own ({@link file://./backup-thread.ts}). */
export async function holdOnThread(file: string): Promise<HeldCopy> {
  const thread = new Worker(new URL('./backup-thread.js', import.meta.url), { workerData: file })
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // it may fail while nobody waits for it
  thread.on('error', failed.reject)
  thread.on('exit', (code) => failed.reject(new Error(`the thread of the backup ended with ${code}`)))
  const answer = async (): Promise<unknown> => {
    const [message]: unknown[] = await Promise.race([once(thread, 'message'), failed.promise])
    return message
  }
  await answer()
  return {
    async finish() {
      const patience = setTimeout(() => void thread.terminate(), FINISH_MS_MAX)
      try {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, no window
        thread.postMessage('finish')
        return (await answer()) as CopyFacts
      } finally {
        clearTimeout(patience)
      }
    },
    async release() {
      await thread.terminate()
    },
  }
}
