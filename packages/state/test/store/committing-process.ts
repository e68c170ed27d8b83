import { openStore } from '../../src/store/open-store.ts'
import { aBreachTurn, NOON } from './turn-records.ts'

/** Commits breach turns to the database named by its argument until it is killed, and says the key of each once it is durable. */
const path = process.argv[2]
if (path === undefined) throw new Error('the database file is missing')
const store = await openStore({ path, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } })
process.stdout.write('open\n')
for (let key = 0; ; key += 1) {
  store.commit([aBreachTurn(`${store.epoch}-${key}`)])
  process.stdout.write(`${key}\n`)
  // The pipe is written between turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
}
