import type { ConfiguredAccount } from '@rm/config'
import { AccountId, RmError } from '@rm/domain'
import { anAccount } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { matchAccounts } from '../src/monitored-accounts.ts'

const FIRST = anAccount({ id: AccountId.parse(7_001_001), name: 'PRAC-V2-1' })
const SECOND = anAccount({ id: AccountId.parse(7_001_002), name: 'PRAC-V2-2' })
const LIVE = anAccount({ id: AccountId.parse(7_001_003), name: 'LIVE-3', simulated: false })
const HIDDEN = anAccount({ id: AccountId.parse(7_001_004), name: 'PRAC-V2-4', visible: false })

type Wanted = Pick<ConfiguredAccount, 'id' | 'enabled'>

/** Only what the match looks at; the rest of a configured account is carried along. */
function match(wanted: readonly Wanted[], accounts = [FIRST, SECOND]): ReturnType<typeof matchAccounts<Wanted>> {
  return matchAccounts(wanted, accounts)
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof RmError) return error.code
  }
  return 'nothing thrown'
}

describe('accounts of the configuration', () => {
  test('are found by id and by name', () => {
    const { monitored, unmonitored } = match([
      { id: FIRST.id, enabled: true },
      { id: 'PRAC-V2-2', enabled: true },
    ])
    expect(monitored.map(({ account }) => account)).toEqual([FIRST, SECOND])
    expect(unmonitored).toEqual([])
  })

  test('that are turned off are not watched, and told as a hole like any other', () => {
    const { monitored, unmonitored } = match([{ id: FIRST.id, enabled: false }])
    expect(monitored).toEqual([])
    expect(unmonitored).toEqual([FIRST, SECOND])
  })

  test('archived accounts are no hole', () => expect(match([], [HIDDEN]).unmonitored).toEqual([]))

  test.each<[string, readonly Wanted[]]>([
    ['an id that the login does not have', [{ id: AccountId.parse(9), enabled: true }]],
    ['a name that the login does not have', [{ id: 'PRAC', enabled: true }]],
    [
      'one account by id and by name',
      [
        { id: FIRST.id, enabled: true },
        { id: FIRST.name, enabled: true },
      ],
    ],
  ])('%s is refused', (_what, wanted) => expect(codeOf(() => match(wanted))).toBe('ACCOUNT_NOT_FOUND'))

  test('a name that several accounts have is refused', () =>
    expect(codeOf(() => match([{ id: FIRST.name, enabled: true }], [FIRST, { ...SECOND, name: FIRST.name }]))).toBe(
      'ACCOUNT_NOT_FOUND',
    ))

  test('an account that is not simulated is refused, because nothing could be enforced there', () =>
    expect(codeOf(() => match([{ id: LIVE.id, enabled: true }], [LIVE]))).toBe('ACCOUNT_NOT_ENFORCEABLE'))
})
