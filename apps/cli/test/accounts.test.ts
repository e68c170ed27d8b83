import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Account, AccountId, RmError, usd } from '@rm/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AddOptions, addAccount } from '../src/accounts-add.ts'
import { listAccounts } from '../src/accounts-list.ts'
import { removeAccount } from '../src/accounts-remove.ts'

const RISK = `rules:
  max_contracts: { limit: 3 }
  daily_realized_loss: { limit: -2000 }
  trade_frequency_limit: { enabled: false }
  session_block_outside: { enabled: false }
  auth_loss_guard: { enabled: false }
  daily_unrealized_loss: { enabled: false }
  cooldown_after_loss: { enabled: false }
`
const ACCOUNTS = `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts:
  # The first one.
  - id: PRAC-V2-1 # by its name
    name: Mine
    account_type: practice
  - { id: 7001009, name: Old, account_type: combine, enabled: false }
`

function listed(id: number, name: string, changes: Partial<Account> = {}): Account {
  const facts = { balance: usd(500_000_000), canTrade: true, simulated: true, visible: true }
  return { id: AccountId.parse(id), name, ...facts, ...changes }
}

const LOGIN = [
  listed(7_001_001, 'PRAC-V2-1'),
  listed(7_001_002, '50KTC-V2-2', { canTrade: false }),
  listed(7_001_003, 'LIVE-3', { simulated: false }),
  listed(7_001_004, 'HIDDEN-4', { visible: false }),
  listed(7_001_005, 'Strange'),
]
const STYLE = { color: false, width: 80 }

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rm-accounts-'))
  const files = {
    'risk_config.yaml': RISK,
    'accounts.yaml': ACCOUNTS,
    'timers_config.yaml': 'daily_reset: { timezone: UTC }\nholidays: { dates: { 2026: [] } }\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text, { mode: 0o640 })
})
afterEach(() => rmSync(directory, { recursive: true }))

const text = () => readFileSync(path.join(directory, 'accounts.yaml'), 'utf8')

function folder() {
  return {
    directory,
    environment: { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'k3y-0f-the-trader' },
    today: Temporal.PlainDate.from('2026-11-18'),
    style: STYLE,
  }
}

const accountsOf = () => Promise.resolve(LOGIN)
const unreachable = () => Promise.reject(new RmError('GATEWAY_UNREACHABLE', 'nobody answers'))

describe('accounts list', () => {
  test('names who is watched, who is turned off and who is not in the file', async () => {
    const { output, exitCode } = await listAccounts({ ...folder(), accountsOf, face: 'text' })
    expect(output).toMatchInlineSnapshot(`
      "account     id       watched     balance
      PRAC-V2-1   7001001  yes         $50,000.00  called Mine
      Old         7001009  turned off  unknown     not of this login
      50KTC-V2-2  7001002  no          $50,000.00  may not trade
      LIVE-3      7001003  no          $50,000.00  live: cannot be protected
      Strange     7001005  no          $50,000.00

      Nobody watches Old, 50KTC-V2-2, LIVE-3, Strange.
      "
    `)
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(exitCode).toBe(0)
  })

  test('tells programs the same', async () => {
    const { output } = await listAccounts({ ...folder(), accountsOf, face: 'json' })
    expect(JSON.parse(output)).toMatchObject([
      { id: 7_001_001, name: 'PRAC-V2-1', calledInFile: 'Mine', watched: true, balance: '50000.00' },
      { id: 7_001_009, name: null, calledInFile: 'Old', watched: false, ofThisLogin: false },
      { id: 7_001_002, name: '50KTC-V2-2', calledInFile: null, watched: false, canTrade: false },
      { id: 7_001_003, simulated: false },
      { id: 7_001_005 },
    ])
  })

  test('says so when the gateway does not answer', async () => {
    const { output, exitCode } = await listAccounts({ ...folder(), accountsOf: unreachable, face: 'text' })
    expect(output).toContain('GATEWAY_UNREACHABLE: nobody answers')
    expect(exitCode).toBe(4)
  })
})

function add(account: string, changes: Partial<AddOptions['wish']> = {}, login: AddOptions['accountsOf'] = accountsOf) {
  const wish = { account, name: null, type: null, profile: null, plan: null, ...changes }
  return addAccount({ ...folder(), accountsOf: login, wish })
}

describe('accounts add', () => {
  test('writes the account behind the others, keeps comments, and says when it is watched', async () => {
    const { output, exitCode } = await add('50KTC-V2-2', { plan: '150k' })
    expect(output).toContain('50KTC-V2-2 (7001002) is in it now')
    expect(output).toContain('from its next start on')
    expect(exitCode).toBe(0)
    expect(text()).toBe(
      `${ACCOUNTS}  - id: 7001002\n    name: 50KTC-V2-2\n    account_type: combine\n    enabled: true\n    plan:\n      size: 150k\n`,
    )
  })

  test.each([
    ['7001001', {}, 64, 'is in accounts.yaml already, as Mine'],
    ['7001003', {}, 4, 'is a live account'],
    ['Nobody', {}, 4, 'ACCOUNT_NOT_FOUND'],
    ['Strange', {}, 64, 'say --type'],
    ['7001002', { plan: '50k' }, 3, "no larger than the plan's"],
    ['Strange', { type: 'practice', profile: 'none-such' }, 3, 'Nothing was written.'],
  ] as const)('%s with %j is refused, and nothing is written', async (account, changes, code, message) => {
    const { output, exitCode } = await add(account, changes)
    expect(output).toContain(message)
    expect(output).not.toContain('k3y-0f')
    expect(exitCode).toBe(code)
    expect(text()).toBe(ACCOUNTS)
  })

  test('without the gateway nothing is written, because nobody knows whether there is such an account', async () => {
    expect(await add('7001002', {}, unreachable)).toMatchObject({ exitCode: 4 })
    expect(text()).toBe(ACCOUNTS)
  })
})

function remove(account: string) {
  return removeAccount({ ...folder(), account, control: path.join(directory, 'none'), isHeldTaken: false })
}

describe('accounts remove, with no daemon', () => {
  test('takes the account out, keeps comments, and says until when it is held', async () => {
    await add('7001002')
    const { output, exitCode } = await remove('Mine')
    expect(output).toContain('No daemon answered.')
    expect(output).toContain('until the next daily reset that finds it without a lockout')
    expect(exitCode).toBe(0)
    expect(text()).toContain('# The first one.')
    expect(text()).not.toContain('Mine')
    expect(text()).toContain('id: 7001002')
  })

  test.each([
    ['Nobody', 64, 'no account Nobody; there is Mine, Old'],
    ['Mine', 3, 'Nothing was written.'],
  ])('%s is refused: another one, and the last that is watched', async (account, code, message) => {
    const { output, exitCode } = await remove(account)
    expect(output).toContain(message)
    expect(exitCode).toBe(code)
    expect(text()).toBe(ACCOUNTS)
  })
})
