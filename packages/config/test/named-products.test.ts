import { contracts } from '@rm/domain/testing'
import { rules } from '@rm/rules'
import { describe, expect, test } from 'vitest'
import {
  namesInstruments,
  type NamingAccount,
  refusalOfInstruments,
  unknownProductsOfRules,
} from '../src/named-products.ts'
import type { ConfiguredAccount } from '../src/loaded-config.ts'

const LISTED = [contracts.ES, contracts.NQ, contracts.MNQ]

function account(instruments: readonly string[], own: ConfiguredAccount['rules'] = {}): NamingAccount {
  return { name: 'PRAC-V2-1', rules: own, general: { instruments } }
}

function refusalOf(instruments: readonly string[]): string {
  const refusal = refusalOfInstruments([account([]), account(instruments)], LISTED)
  return refusal === null ? 'accepted' : `${refusal.code}: ${refusal.message} (${String(refusal.details['known'])})`
}

describe('instruments of the configuration', () => {
  test.each([
    [[], 'accepted'],
    [['ES', 'NQ'], 'accepted'],
    [['ENQ'], 'accepted'], // the gateway's own code
    [
      ['NQ', 'NQQ', 'E'],
      'CONFIG_INVALID: general.instruments of PRAC-V2-1: expected products of the gateway, was NQQ, E (ES, MNQ, NQ)',
    ],
  ])('%j: %s', (instruments, answer) => expect(refusalOf(instruments)).toBe(answer))

  test('have to be compared only where there are some', () => {
    expect(namesInstruments([account([])])).toBe(false)
    expect(namesInstruments([account([]), account(['ES'])])).toBe(true)
  })
})

test('products that only rules name are told, each once', () => {
  const own: ConfiguredAccount['rules'] = {
    max_contracts: rules.max_contracts.settings.parse({ limit: 5, weights: { SIL: 2, MNQ: 1 } }),
    max_contracts_per_instrument: rules.max_contracts_per_instrument.settings.parse({
      instrument_limits: { ES: 1, ESX: 2, SIL: 1 },
    }),
    session_block_outside: rules.session_block_outside.settings.parse({ per_instrument_sessions: { CL: {}, NQ: {} } }),
  }
  expect(unknownProductsOfRules([account([], own), account([], own)], LISTED)).toEqual(['CL', 'ESX', 'SIL'])
})
