import { openStore } from '../../src/store/open-store.ts'
import { NOON } from './turn-records.ts'

/** Holds the store named by its argument until it is killed. */
const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: DATABASE')
await openStore({ path, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } })
process.stdout.write('held\n')
process.stdin.resume()
