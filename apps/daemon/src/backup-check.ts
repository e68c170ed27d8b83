import { workerData } from 'node:worker_threads'
import { checkCopy } from '@rm/state'

/*
 * A thread of its own: to read all of a database takes as long as it takes, and the event loop must not notice. Ends with an error for a copy
 * that is none.
 */
checkCopy(String(workerData))
