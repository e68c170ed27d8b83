import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '@rm/domain'
import { holdCopy } from '@rm/state'

/*
 * A thread of its own: to sync and to read all of a database takes as long as it takes, and the event loop must not notice. Says that it holds the
 * copy; told to, finishes it, says what it is, and ends. Ends with an error for a copy that is none.
 */
invariant(parentPort !== null, 'the thread of the backup runs in no thread')
const held = await holdCopy(String(workerData))
const told = once(parentPort, 'message')
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, no window
parentPort.postMessage('held')
await told
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, no window
parentPort.postMessage(await held.finish())
