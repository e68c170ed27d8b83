import { AccountId, RmError } from '@rm/domain'
import { AccountLeases } from '../../src/lease/account-leases.ts'
import { NOON } from '../store/turn-records.ts'

/** Holds the lease of an account until it is killed, or says why it cannot. */
const [home, apiUrl, account] = process.argv.slice(2)
if (home === undefined || apiUrl === undefined) throw new Error('usage: HOME URL ACCOUNT')
try {
  const holder = { startedAt: NOON, dataFolder: '/the/first' }
  AccountLeases.take({ home, apiUrl, accounts: [AccountId.parse(Number(account))], holder })
  process.stdout.write('held\n')
  process.stdin.resume()
} catch (error) {
  if (!(error instanceof RmError)) throw error
  process.stdout.write(`${error.code}\n`)
}
