import { describe, expect, test } from 'vitest'
import { accepted, type Circumstances, type Files, VALID } from './config-fixture.ts'

/*
 * Every sentence of the lint, with its numbers. `check` names the key and what is said of it; clock changes and keys without effect, which nearly
 * every configuration has, are left out unless they are asked for.
 */

const EVERYWHERE = /in local time, which the clock changes move|keys that this version acts upon/

function lintOf(
  files: Files,
  circumstances?: Circumstances,
  all = false,
): readonly (readonly [string, string, string])[] {
  return accepted(files, circumstances)
    .lint.filter(({ expected }) => all || !EVERYWHERE.test(expected))
    .map(({ severity, keyPath, got }) => [severity, keyPath, got])
}

const risk = (rules: string): Files => ({ 'risk_config.yaml': `rules:\n${rules.replace(/^/gm, '  ')}\n` })
const account = (text: string): Files => ({
  'accounts.yaml': VALID['accounts.yaml'].replace(/ {2}- id: 7001001[^]*/, `  - ${text}\n`),
})
const timers = (text: string): Files => ({
  'timers_config.yaml': `${text}\nholidays: { dates: { 2026: [], 2027: [] } }\n`,
})

/** Rules that nothing is said about: a loss far away, no session, no frequency. */
const QUIET = `daily_realized_loss: { limit: -50000 }
max_contracts_per_instrument: { instrument_limits: { NQ: 3, ES: 1 } }
session_block_outside: { enabled: false }
trade_frequency_limit: { enabled: false }`

const onTrial = (rule: string): readonly (readonly [string, string, string])[] => [
  ['notice', `rules.${rule}.mode`, '`shadow` for the only account that has the rule'],
]

const withLoss = (limit: string, sizes: string): Files =>
  risk(QUIET.replace('limit: -50000', limit).replace('{ NQ: 3, ES: 1 }', sizes))

const lossOf = (limit: number, extra = ''): Files =>
  risk(`${QUIET.replace('limit: -50000', `limit: ${limit}`).replace('{ NQ: 3, ES: 1 }', '{ MES: 1 }')}${extra}`)

const withSessions = (block: string): Files =>
  risk(QUIET.replace('session_block_outside: { enabled: false }', `session_block_outside: ${block}`))

const withHours = (text: string): Files => ({
  ...risk(QUIET.replace('session_block_outside: { enabled: false }', 'session_block_outside: {}')),
  ...timers(`daily_reset: { timezone: America/Chicago }\nsession_hours: ${text}`),
})

const withTarget = (rules: string): Files => risk(`${QUIET.replace('{ NQ: 3, ES: 1 }', '{ NQ: 3 }')}\n${rules}`)

describe('how far away a loss limit is', () => {
  test.each([
    // 255 / (3 × 5) = 17
    [
      'limit: -255',
      '{ NQ: 3 }',
      'notice',
      '-$255.00: with 3 NQ this limit is 17 ticks away (an ordinary minute moves about 40)',
    ],
    [
      'limit: -269.99',
      '{ NQ: 3 }',
      'notice',
      '-$269.99: with 3 NQ this limit is 17 ticks away (an ordinary minute moves about 40)',
    ],
    // 60 / (3 × 5) = 4
    [
      'limit: -60',
      '{ NQ: 3 }',
      'warning',
      '-$60.00: with 3 NQ this limit is 4 ticks away (an ordinary minute moves about 40)',
    ],
    [
      'limit: -20',
      '{ ENQ: 3 }',
      'warning',
      '-$20.00: with 3 NQ this limit is 1 tick away (an ordinary minute moves about 40)',
    ],
    // Below one tick, of a product whose minutes we do not know.
    ['limit: -7', '{ ZF: 1 }', 'warning', '-$7.00: with 1 ZF this limit is 0 ticks away'],
    // Nearest first, as a share of their minute: 5 of 8, 50 of 40 is far enough.
    [
      'limit: -250',
      '{ NQ: 1, ES: 4 }',
      'notice',
      '-$250.00: with 4 ES this limit is 5 ticks away (an ordinary minute moves about 8)',
    ],
  ])('%s with %s', (limit, sizes, severity, got) =>
    expect(lintOf(withLoss(limit, sizes))).toEqual([[severity, 'rules.daily_realized_loss.limit', got]]),
  )

  test.each([
    ['limit: -600', '{ NQ: 3 }'], // exactly 40 ticks
    ['limit: -20, include_unrealized: false', '{ NQ: 3 }'], // what is open does not count
    ['limit: -20', '{ NQ: 0, ABC: 5 }'], // nothing that we know may be held
  ])('nothing is said of %s with %s', (limit, sizes) => expect(lintOf(withLoss(limit, sizes))).toEqual([]))

  test('the size is the smaller of both limits, minis and micros weighted', () => {
    const rules = `max_contracts: { limit: 2, weighting: mini_equivalent }
max_contracts_per_instrument: { default_limit: 100 }
daily_realized_loss: { limit: -300 }
session_block_outside: { enabled: false }
trade_frequency_limit: { enabled: false }`
    const [found, ...more] = lintOf({
      'risk_config.yaml': `general: { instruments: [NQ, MNQ] }\nrules:\n${rules.replace(/^/gm, '  ')}\n`,
    })
    expect(more).toEqual([])
    expect(found?.[2]).toBe(
      '-$300.00: with 2 NQ this limit is 30 ticks away (an ordinary minute moves about 40); with 20 MNQ this limit is 30 ticks away (an ordinary minute moves about 40)',
    )
  })
})

describe('how far away a target is', () => {
  test.each<[string, readonly (readonly [string, string, string])[]]>([
    // 300 / (3 × 5) = 20
    [
      'max_unrealized_profit: { enabled: true, target: 300 }',
      [
        [
          'notice',
          'rules.max_unrealized_profit.target',
          '$300.00: with 3 NQ this target is 20 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    // 60 / (3 × 5) = 4
    [
      'max_unrealized_profit: { enabled: true, target: 60 }',
      [
        [
          'warning',
          'rules.max_unrealized_profit.target',
          '$60.00: with 3 NQ this target is 4 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    ['max_unrealized_profit: { enabled: true, target: 600 }', []], // exactly 40 ticks
    ['max_unrealized_profit: { enabled: true, target: 60, mode: shadow }', onTrial('max_unrealized_profit')],
    [
      'daily_realized_profit: { enabled: true, target: 599.99 }',
      [
        [
          'notice',
          'rules.daily_realized_profit.target',
          '$599.99: with 3 NQ this target is 39 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    // Only whoever closes reaches it.
    ['daily_realized_profit: { enabled: true, target: 60, include_unrealized: false }', []],
  ])('%s', (rules, expected) => expect(lintOf(withTarget(rules))).toEqual(expected))

  test('a minute of the largest size ends a day, and the remark says so', () => {
    const files = withTarget('daily_realized_profit: { enabled: true, target: 300 }')
    expect(accepted(files).lint.find(({ keyPath }) => keyPath === 'rules.daily_realized_profit.target')?.why).toBe(
      'a single position of the full size can end the day within its first minute',
    )
  })
})

describe('how far away the first cooldown is', () => {
  test.each<[string, readonly (readonly [string, string, string])[]]>([
    // 100 / (3 × 5) = 6, by the tiers that hold when none are written.
    [
      '{}',
      [
        [
          'notice',
          'rules.cooldown_after_loss.loss_thresholds[0].loss_amount',
          '-$100.00: with 3 NQ this loss is 6 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    // The smallest, wherever it is written: 45 / (3 × 5) = 3.
    [
      '{ loss_thresholds: [{ loss_amount: -900, cooldown: 30m }, { loss_amount: -45, cooldown: 5m }] }',
      [
        [
          'notice',
          'rules.cooldown_after_loss.loss_thresholds[1].loss_amount',
          '-$45.00: with 3 NQ this loss is 3 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    [
      '{ loss_threshold: -599 }',
      [
        [
          'notice',
          'rules.cooldown_after_loss.loss_threshold',
          '-$599.00: with 3 NQ this loss is 39 ticks away (an ordinary minute moves about 40)',
        ],
      ],
    ],
    ['{ loss_threshold: -600 }', []],
  ])('%s', (settings, expected) =>
    expect(lintOf(risk(`${QUIET}\ncooldown_after_loss: ${settings}`.replace(', ES: 1', '')))).toEqual(expected),
  )

  test('a loss of less than one tick of the full size is a warning', () =>
    expect(
      lintOf(risk(`${QUIET}\ncooldown_after_loss: { loss_threshold: -44 }`.replace('NQ: 3, ES: 1', 'NQ: 9'))),
    ).toEqual([
      [
        'warning',
        'rules.cooldown_after_loss.loss_threshold',
        '-$44.00: with 9 NQ this loss is 0 ticks away (an ordinary minute moves about 40)',
      ],
    ]))
})

describe('amounts at which something else has acted before', () => {
  test.each<[string, string, readonly (readonly [string, string, string])[]]>([
    [
      'a target behind the target order',
      `max_unrealized_profit: { enabled: true, target: 1000 }
trade_management: { enabled: true, auto_take_profit: { enabled: true, distance_ticks: 60 } }`,
      // 60 × 3 × 5 = 900, more than 60 × 1 × 12.50
      [
        [
          'notice',
          'rules.max_unrealized_profit.target',
          '$1,000.00, while the target order stands 60 ticks away, which with 3 NQ are $900.00',
        ],
      ],
    ],
    [
      'a target in front of the target order',
      `max_unrealized_profit: { enabled: true, target: 900 }
trade_management: { enabled: true, auto_take_profit: { enabled: true, distance_ticks: 60 } }`,
      [],
    ],
    [
      'a target that is the target of the day as well',
      `max_unrealized_profit: { enabled: true, target: 900 }
daily_realized_profit: { enabled: true, target: 900 }`,
      [['notice', 'rules.max_unrealized_profit.target', '$900.00, the same']],
    ],
    [
      'cooldowns after losses that end the day',
      `cooldown_after_loss: { loss_thresholds: [{ loss_amount: -49999, cooldown: 5m }, { loss_amount: -50000, cooldown: 9m }] }`,
      [['notice', 'rules.cooldown_after_loss.loss_thresholds[1].loss_amount', '-$50,000.00']],
    ],
    [
      'cooldowns after losses that no position makes',
      `daily_unrealized_loss: { limit: -700 }
cooldown_after_loss: { loss_thresholds: [{ loss_amount: -700, cooldown: 5m }, { loss_amount: -701, cooldown: 9m }] }`,
      [['notice', 'rules.cooldown_after_loss.loss_thresholds[1].loss_amount', '-$701.00']],
    ],
    [
      'losses from flat to flat, which add up',
      `daily_unrealized_loss: { limit: -700 }
cooldown_after_loss: { loss_threshold: -1500, loss_unit: round_trip }`,
      [],
    ],
  ])('%s', (_, rules, expected) => expect(lintOf(risk(`${QUIET}\n${rules}`))).toEqual(expected))
})

describe('the firm', () => {
  test.each([
    [
      'practice',
      'id: PRAC-1, name: A, account_type: practice, plan: { size: 50k }',
      -1000,
      [
        ['notice', '2 days at -$1,000.00 reach the maximum loss of -$2,000.00 of a 50k account'],
        ['warning', '$0.00 for a 50k account; with 1 MES one tick is $1.25'],
      ],
    ],
    ['practice', 'id: PRAC-1, name: A, account_type: practice, plan: { size: 50k }', -900, []],
    // The firm's daily limit does not hold for programmes of 2024-08-25 and later.
    [
      'combine',
      'id: 150KTC-1, name: A, account_type: combine, plan: { size: 150k }',
      -3000,
      [['notice', '2 days at -$3,000.00 reach the maximum loss of -$4,500.00 of a 150k account']],
    ],
    ['combine', 'id: 100KTC-1, name: A, account_type: combine, plan: { size: 100k }', -1499, []],
    // Without a plan the name tells the size.
    [
      'named',
      'id: 50KTC-V2-1, name: A, account_type: combine',
      -2500,
      [
        ['warning', '-$2,500.00 for a 50k account, as its name says'],
        ['warning', '1 day at -$2,500.00 reach the maximum loss of -$2,000.00 of a 50k account, as its name says'],
      ],
    ],
    ['unknown', 'id: 7, name: A, account_type: combine', -2500, []],
  ])('a loss limit of a %s account (%s) of %d', (_, entry, limit, expected) =>
    expect(lintOf({ ...lossOf(limit), ...account(`{ ${entry} }`) })).toEqual(
      expected.map(([severity, got]) => [severity, 'rules.daily_realized_loss.limit', got]),
    ),
  )

  test.each([
    [
      'combine, plan: { size: 50k }',
      'daily_realized_profit: { enabled: true, target: 2000 }',
      ['rules.daily_realized_profit.target', '$2,000.00 is 67 % of the $3,000.00 that a 50k account has to win'],
    ],
    ['combine, plan: { size: 50k }', 'daily_realized_profit: { enabled: true, target: 1500 }', null],
    [
      'combine, plan: { size: 100k }',
      'max_unrealized_profit: { enabled: true, target: 3001 }',
      ['rules.max_unrealized_profit.target', '$3,001.00 is 51 % of the $6,000.00 that a 100k account has to win'],
    ],
    [
      'express, plan: { size: 150k }',
      'daily_realized_profit: { enabled: true, target: 149.99 }',
      ['rules.daily_realized_profit.target', '$149.99 for a 150k account'],
    ],
    ['express, plan: { size: 150k }', 'daily_realized_profit: { enabled: true, target: 150 }', null],
    ['practice, plan: { size: 50k }', 'daily_realized_profit: { enabled: true, target: 2900 }', null],
  ])('what a day of a %s account may win: %s', (entry, rule, expected) => {
    const files = { ...lossOf(-400, `\n${rule}`), ...account(`{ id: 7, name: A, account_type: ${entry} }`) }
    expect(lintOf(files)).toEqual(expected === null ? [] : [['notice', ...expected]])
  })

  test.each([
    ['{ loss_threshold: -2000 }', 'loss_threshold', '-$2,000.00 is the smallest loss that locks a 50k account'],
    [
      '{ loss_thresholds: [{ loss_amount: -2500, cooldown: 5m }] }',
      'loss_thresholds',
      '-$2,500.00 is the smallest loss that locks a 50k account',
    ],
    ['{ loss_threshold: -1999.99 }', null, null],
  ])('a first cooldown that the account does not live to see: %s', (settings, key, got) => {
    const rules = `${QUIET.replace('{ NQ: 3, ES: 1 }', '{ MES: 1 }').replace('daily_realized_loss: { limit: -50000 }', 'daily_realized_loss: { enabled: false }')}\ncooldown_after_loss: ${settings}`
    const files = { ...risk(rules), ...account('{ id: 7, name: A, account_type: practice, plan: { size: 50k } }') }
    expect(lintOf(files)).toEqual(key === null ? [] : [['warning', `rules.cooldown_after_loss.${key}`, got]])
  })

  test.each([
    ['combine', '{ size: 50k, stage: combine, starting_balance: 50000 }', []],
    ['express', '{ size: 50k, starting_balance: 0 }', []],
    ['combine', '{ size: 50k, stage: practice }', [['warning', 'plan.stage', '`practice`']]],
    ['combine', '{ size: 50k, starting_balance: 100000 }', [['warning', 'plan.starting_balance', '$100,000.00']]],
    ['express', '{ size: 50k, starting_balance: 50000 }', [['warning', 'plan.starting_balance', '$50,000.00']]],
    [
      'combine',
      '{ size: 50k, starting_balance: 48000 }',
      [['warning', 'plan.starting_balance', "$48,000.00, at or below the firm's floor of $48,000.00"]],
    ],
    [
      'combine',
      '{ size: 150k, starting_balance: 147000 }',
      [
        [
          'notice',
          'plan.starting_balance',
          "$147,000.00, of which $1,500.00 are left to the firm's floor of $145,500.00",
        ],
      ],
    ],
  ])('what is stated of the plan of a %s account: %s', (type, plan, expected) => {
    const files = { ...lossOf(-400), ...account(`{ id: 7, name: A, account_type: ${type}, plan: ${plan} }`) }
    expect(lintOf(files)).toEqual(expected.map(([severity, key, got]) => [severity, `accounts[0].${key}`, got]))
  })

  test.each([
    [
      'combine, plan: { size: 50k, starting_balance: 50000 }',
      -1000,
      "2 days at -$1,000.00 reach the firm's floor of $48,000.00 from the $50,000.00 of a 50k account",
    ],
    ['combine, plan: { size: 50k, starting_balance: 48800.01 }', -400, null],
    [
      'combine, plan: { size: 50k, starting_balance: 48800 }',
      -400,
      "2 days at -$400.00 reach the firm's floor of $48,000.00 from the $48,800.00 of a 50k account",
    ],
    [
      'express, plan: { size: 50k, starting_balance: 0 }',
      -1000,
      "2 days at -$1,000.00 reach the firm's floor of -$2,000.00 from the $0.00 of a 50k account",
    ],
    // A balance that belongs to another plan says nothing of this one.
    [
      'combine, plan: { size: 50k, starting_balance: 100000 }',
      -1000,
      '2 days at -$1,000.00 reach the maximum loss of -$2,000.00 of a 50k account',
    ],
  ])('how many days the balance of a %s account survives at %d', (entry, limit, expected) => {
    const files = { ...lossOf(limit), ...account(`{ id: 7, name: A, account_type: ${entry} }`) }
    const got = lintOf(files).filter(([, key]) => key === 'rules.daily_realized_loss.limit')
    expect(got).toEqual(expected === null ? [] : [['notice', 'rules.daily_realized_loss.limit', expected]])
  })

  test.each([
    ['50k', 2, []],
    ['50k', 3, [['notice', 'rules.max_contracts.limit', '3 for a 50k account']]],
    ['100k', 3, []],
  ])('the lots with which an Express account of %s begins: %d', (size, limit, expected) => {
    const rules = `${QUIET.replace('{ NQ: 3, ES: 1 }', `{ NQ: ${limit} }`)}\nmax_contracts: { limit: ${limit}, weighting: mini_equivalent }`
    const files = {
      ...risk(rules.replace('limit: -50000', 'limit: -400')),
      ...account(`{ id: 7, name: A, account_type: express, plan: { size: ${size} } }`),
    }
    expect(lintOf(files).filter(([, key]) => key === 'rules.max_contracts.limit')).toEqual(expected)
  })

  test('refuses more lots than the plan has, which limits by product alone do not know', () => {
    const files = {
      ...risk(QUIET.replace('{ NQ: 3, ES: 1 }', '{ NQ: 6, MNQ: 51, MET: 400, ES: 5 }')),
      ...account('{ id: 50KTC-1, name: A, account_type: combine }'),
    }
    expect(lintOf(files).filter(([, key]) => key.includes('instrument_limits'))).toEqual([
      ['warning', 'rules.max_contracts_per_instrument.instrument_limits.NQ', '6 for a 50k account, as its name says'],
      ['warning', 'rules.max_contracts_per_instrument.instrument_limits.MNQ', '51 for a 50k account, as its name says'],
    ])
  })

  test('refuses more lots in all than the plan has', () => {
    const files = {
      ...risk(
        `${QUIET.replace('{ NQ: 3, ES: 1 }', '{ NQ: 8 }')}\nmax_contracts: { limit: 8, weighting: mini_equivalent }`,
      ),
      ...account('{ id: 50KTC-1, name: A, account_type: combine }'),
    }
    expect(lintOf(files)).toContainEqual([
      'warning',
      'rules.max_contracts.limit',
      '8 for a 50k account, as its name says',
    ])
  })
})

describe('limits that another one always meets first', () => {
  test.each<[string, string, readonly (readonly [string, string, string])[]]>([
    [
      'a product beyond the limit of all, minis weighted',
      `${QUIET}\nmax_contracts: { limit: 2, weighting: mini_equivalent }`,
      [['warning', 'rules.max_contracts_per_instrument.instrument_limits.NQ', '3']],
    ],
    [
      'all products together below the limit of all',
      `${QUIET}\nmax_contracts: { limit: 5 }`,
      [['notice', 'rules.max_contracts.limit', '5, while the limits by product together allow 4']],
    ],
    [
      'micros together below the limit in minis',
      `${QUIET.replace('{ NQ: 3, ES: 1 }', '{ MNQ: 5 }')}\nmax_contracts: { limit: 1, weighting: mini_equivalent }`,
      [['notice', 'rules.max_contracts.limit', '1, while the limits by product together allow 0.5']],
    ],
    [
      'a limit of a product that is named by a contract id',
      `${QUIET.replace('{ NQ: 3, ES: 1 }', '{ CON.F.US.MNQ.Z26: 21 }')}\nmax_contracts: { limit: 2, weighting: mini_equivalent }`,
      [['warning', 'rules.max_contracts_per_instrument.instrument_limits.CON.F.US.MNQ.Z26', '21']],
    ],
    ['all products together at the limit of all', `${QUIET}\nmax_contracts: { limit: 4 }`, []],
    [
      'no product at all',
      QUIET.replace('{ instrument_limits: { NQ: 3, ES: 1 } }', '{}'),
      [['warning', 'rules.max_contracts_per_instrument', 'no product, and products without a limit are blocked']],
    ],
    [
      'only products that are forbidden',
      QUIET.replace('{ NQ: 3, ES: 1 }', '{ NQ: 0 }'),
      [['warning', 'rules.max_contracts_per_instrument', 'a limit of 0 for every product']],
    ],
    [
      'more trades an hour than its minutes allow',
      QUIET.replace('{ enabled: false }\ntrade', '{ enabled: false }\ntrade').replace(
        'trade_frequency_limit: { enabled: false }',
        'trade_frequency_limit: { limits: { per_minute: 1, per_hour: 60, per_session: } }',
      ),
      [['notice', 'rules.trade_frequency_limit.limits.per_hour', '60 an hour, while 1 a minute allow at most 60']],
    ],
    [
      'more trades a session than its hours allow',
      QUIET.replace('session_block_outside: { enabled: false }', 'session_block_outside: {}').replace(
        'trade_frequency_limit: { enabled: false }',
        'trade_frequency_limit: { limits: { per_hour: 10, per_session: 70 } }',
      ),
      [
        [
          'notice',
          'rules.trade_frequency_limit.limits.per_session',
          '70 in a session, while 10 an hour allow at most 70 within 6 h 30 min',
        ],
      ],
    ],
    [
      'a session without hours, which lasts the whole day',
      QUIET.replace(
        'trade_frequency_limit: { enabled: false }',
        'trade_frequency_limit: { limits: { per_hour: 10, per_session: 239 } }',
      ),
      [],
    ],
    [
      'a stop that the day does not live to see',
      `${QUIET.replace('-50000', '-900')}\nno_stop_loss_grace: { enabled: true, max_stop_distance_ticks: 61 }`,
      // 61 × 3 × 5 = 915
      [['notice', 'rules.no_stop_loss_grace.max_stop_distance_ticks', '61 ticks, which with 3 NQ are $915.00']],
    ],
    [
      'a stop at the limit',
      `${QUIET.replace('-50000', '-900')}\nno_stop_loss_grace: { enabled: true, max_stop_distance_ticks: 60 }`,
      [],
    ],
    [
      'a rule in shadow mode everywhere',
      `${QUIET}\nno_stop_loss_grace: { enabled: true, mode: shadow }`,
      [['notice', 'rules.no_stop_loss_grace.mode', '`shadow` for the only account that has the rule']],
    ],
  ])('%s', (_, rules, expected) => expect(lintOf(risk(rules))).toEqual(expected))

  test('a rule in shadow mode bounds nothing', () => {
    const trial = QUIET.replace('max_contracts_per_instrument: {', 'max_contracts_per_instrument: { mode: shadow,')
    const files = risk(`${trial}\nmax_contracts: { limit: 5 }`)
    expect(lintOf(files)).toEqual([
      ['notice', 'rules.max_contracts_per_instrument.mode', '`shadow` for the only account that has the rule'],
    ])
  })

  test('a rule in shadow mode for some accounts only is on trial, and no remark', () => {
    const two = `${VALID['accounts.yaml']}  - id: 2
    name: B
    account_type: practice
    config_overrides: { rules: { no_stop_loss_grace: { mode: shadow } } }
`
    const files = risk(`${QUIET}\nno_stop_loss_grace: { enabled: true }`)
    expect(lintOf({ ...files, 'accounts.yaml': two })).toEqual([])
  })

  test('an account that is turned off is not looked at', () => {
    const two = `${VALID['accounts.yaml']}  - { id: 2, name: B, account_type: practice, enabled: false, config_overrides: { rules: { daily_realized_loss: { limit: -1 } } } }\n`
    expect(lintOf({ ...risk(QUIET), 'accounts.yaml': two })).toEqual([])
  })
})

describe('sessions', () => {
  test('of a product that never meets that of the account', () =>
    expect(lintOf(withSessions('{ per_instrument_sessions: { CL: { start: "15:00", end: "16:00" } } }'))).toEqual([
      [
        'warning',
        'rules.session_block_outside.per_instrument_sessions.CL',
        '15:00 to 16:00 America/Chicago on mon, tue, wed, thu, fri',
      ],
    ]))

  test('of a product that meets it on one day of the week only', () =>
    expect(
      lintOf(
        withSessions('{ per_instrument_sessions: { CL: { start: "14:59", end: "16:00", allowed_days: [wed] } } }'),
      ),
    ).toEqual([]))

  test('that the lead uses up', () =>
    expect(
      lintOf({
        ...withSessions('{ close_lead_seconds: 1800 }'),
        ...timers('daily_reset: { timezone: America/Chicago }\nsession_hours: { start: "08:30", end: "09:00" }'),
      }),
    ).toEqual([['warning', 'rules.session_block_outside.close_lead_seconds', '1800 seconds']]))

  test('in the middle of which the trading day changes', () =>
    expect(
      lintOf({
        ...withSessions('{}'),
        ...timers('daily_reset: { timezone: America/Chicago }\nsession_hours: { start: "15:00", end: "20:00" }'),
      }),
    ).toEqual([
      [
        'notice',
        'rules.session_block_outside',
        '15:00 to 20:00 America/Chicago on mon, tue, wed, thu, fri, with the reset at 17:00 America/Chicago inside',
      ],
    ]))

  test('that begin with the trading day lie within it', () =>
    expect(
      lintOf({
        ...withSessions('{}'),
        ...timers(
          'daily_reset: { timezone: America/Chicago }\nsession_hours: { start: "17:00", end: "15:10", allowed_days: [sun, mon, tue, wed, thu] }',
        ),
      }),
    ).toEqual([]))
})

describe('clock changes of the next twelve months', () => {
  test.each([
    [
      '{}',
      '2026-11-18',
      [
        '08:30 to 15:00 America/Chicago is 14:30 to 21:00 UTC today, from 2027-03-14 13:30 to 20:00, from 2027-11-07 14:30 to 21:00',
      ],
    ],
    [
      '{}',
      '2026-03-09',
      ['08:30 to 15:00 America/Chicago is 13:30 to 20:00 UTC today, from 2026-11-01 14:30 to 21:00'],
    ],
    // RULE-009, vector 7.
    [
      '{ start: "20:00", end: "02:30", allowed_days: [sat] }',
      '2026-03-01',
      [
        '20:00 to 02:30 America/Chicago is 02:00 to 08:30 UTC today, from 2026-03-08 01:00 to 07:30, from 2026-11-01 02:00 to 08:30',
        'on 2026-03-08 02:30 does not exist in America/Chicago (08:00 UTC is taken): the session ends then',
      ],
    ],
    [
      '{ start: "20:00", end: "01:30", allowed_days: [sat] }',
      '2026-10-01',
      [
        '20:00 to 01:30 America/Chicago is 01:00 to 06:30 UTC today, from 2026-11-01 02:00 to 07:30, from 2027-03-14 01:00 to 06:30',
        'on 2026-11-01 01:30 comes twice in America/Chicago (06:30 UTC is taken): the session ends then',
      ],
    ],
    [
      '{ start: "01:30", end: "09:00", allowed_days: [sun] }',
      '2026-10-01',
      [
        '01:30 to 09:00 America/Chicago is 06:30 to 14:00 UTC today, from 2026-11-01 07:30 to 15:00, from 2027-03-14 06:30 to 14:00',
        'on 2026-11-01 01:30 comes twice in America/Chicago (07:30 UTC is taken): the session starts then',
      ],
    ],
    // No session opens or ends on the Sunday of the change.
    [
      '{ start: "01:30", end: "09:00" }',
      '2026-10-01',
      [
        '01:30 to 09:00 America/Chicago is 06:30 to 14:00 UTC today, from 2026-11-01 07:30 to 15:00, from 2027-03-14 06:30 to 14:00',
      ],
    ],
    ['{ timezone: UTC }', '2026-10-01', []],
  ])('%s on %s', (text, today, expected) => {
    const lint = accepted(withHours(text), { today }).lint.filter(({ keyPath }) => keyPath === 'session_hours')
    expect(lint.map(({ got }) => got)).toEqual(expected)
    expect(lint.every(({ severity }) => severity === 'notice')).toBe(true)
  })

  test('the reset may fall into them as well', () => {
    const files = {
      ...risk(QUIET),
      ...timers('daily_reset: { timezone: America/Chicago, time: "02:30", reset_days: all_days }'),
    }
    expect(accepted(files, { today: '2026-11-18' }).lint.map(({ keyPath, got }) => [keyPath, got])).toContainEqual([
      'daily_reset.time',
      'on 2027-03-14 02:30 does not exist in America/Chicago (08:00 UTC is taken): the trading day changes then',
    ])
  })
})
