import { lockAccount } from '../../src/store/account-lock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { NOON } from './turn-records.ts'
import { TEST_ACCOUNT } from '@rm/domain/testing'

/** Holds the store named by its first argument and the test account in the folder of its second until it is killed. */
const [path, directory] = process.argv.slice(2)
if (path === undefined || directory === undefined) throw new Error('usage: DATABASE LOCKS')
await openStore({ path, now: () => NOON, program: { version: '0.1.0' } })
lockAccount({ directory, accountId: TEST_ACCOUNT, dataFolder: '/data/one', now: NOON })
process.stdout.write('held\n')
process.stdin.resume()
