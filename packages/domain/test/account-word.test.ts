import { expect, test } from 'vitest'
import { type AccountFacts, accountWord } from '../src/account-word.ts'

const calm: AccountFacts = { halted: null, trust: 'trusted', lockedFlat: false, blind: [], reducing: false }

test.each<[string, Partial<AccountFacts>]>([
  ['ACTIVE', {}],
  ['REDUCING', { reducing: true }],
  ['BLIND', { blind: ['no quote'], reducing: true }],
  ['LOCKED', { lockedFlat: true, blind: ['no quote'], reducing: true }],
  ['RECONCILING', { trust: 'reconciling', lockedFlat: true }],
  ['UNTRUSTED', { trust: 'untrusted', lockedFlat: true }],
  ['HALTED', { halted: 'the gateway refuses closes', trust: 'untrusted', lockedFlat: true, blind: ['no quote'] }],
])('%s outranks what comes below it', (word, facts) => {
  expect(accountWord({ ...calm, ...facts })).toBe(word)
})
