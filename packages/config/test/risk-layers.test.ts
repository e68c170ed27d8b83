import { describe, expect, test } from 'vitest'
import { accepted, diagnosticsOf, errorsOf, type Files, VALID, warningsOf } from './config-fixture.ts'

const PROFILE = `rules:
  max_contracts: { limit: 7, weighting: mini_equivalent }
  max_contracts_per_instrument: { instrument_limits: { MES: 9, ES: 2 } }
  daily_realized_loss: { limit: -900 }
  trade_frequency_limit: { enabled: false }
  session_block_outside: { enabled: false }
`

const accounts = (entry: string): string => `${VALID['accounts.yaml']}  - id: 2
    name: Two
    account_type: practice
${entry.replaceAll(/^/gm, '    ')}
`

function rulesOf(files: Files, index = 0) {
  const account = accepted(files).accounts[index]
  if (account === undefined) throw new Error(`no account ${index}`)
  return account.rules
}

const withGeneral = (general: string): Files => ({
  'accounts.yaml': accounts(`config_overrides: { general: { ${general} } }`),
})

const withTradesPerHour = (perHour: number): Files => ({
  'accounts.yaml': accounts(
    `config_overrides: { rules: { trade_frequency_limit: { limits: { per_hour: ${perHour} } } } }`,
  ),
})

const rule = (name: string, text: string): Files => ({
  'risk_config.yaml': VALID['risk_config.yaml'].replace(
    new RegExp(`  ${name}:\\n(    .*\\n)+`),
    `  ${name}: ${text}\n`,
  ),
})

const keysIn = (texts: readonly string[]) => texts.map((text) => text.slice(text.indexOf(' ') + 1))

const resetIn = (name: string): Files => ({
  'timers_config.yaml': VALID['timers_config.yaml'].replace('America/Chicago', name),
})

const withGraceOverride = (block: string): Files => ({
  'risk_config.yaml': VALID['risk_config.yaml'].replace(
    'no_stop_loss_grace:\n    enabled: true',
    'no_stop_loss_grace: {}',
  ),
  'accounts.yaml': accounts(`config_overrides: { rules: { no_stop_loss_grace: ${block} } }`),
})

const planned = (size: string): Files => ({
  'accounts.yaml': `${VALID['accounts.yaml']}    plan: { size: ${size} }\n`,
})

const adding = (text: string) => ({ 'risk_config.yaml': `${VALID['risk_config.yaml']}  ${text}\n` })

const withRules = (text: string): Files => ({ 'accounts.yaml': accounts(`config_overrides: { rules: ${text} }`) })

describe('layers', () => {
  test('the risk file lies over its profile, key by key', () => {
    const rules = rulesOf({
      'profiles/small.yaml': PROFILE,
      'risk_config.yaml': `profile: small
rules:
  max_contracts: { limit: 3 }
  max_contracts_per_instrument: { instrument_limits: { ES: 1 } }
`,
    })
    expect(rules.max_contracts).toMatchObject({ limit: 3, weighting: 'mini_equivalent' })
    expect(rules.max_contracts_per_instrument?.instrument_limits).toEqual({ MES: 9, ES: 1 })
    expect(rules.daily_realized_loss?.limit).toBe(-9_000_000)
    expect(rules.trade_frequency_limit).toBeUndefined()
  })

  test('a profile may be named by its path', () =>
    expect(
      rulesOf({ 'profiles/x.yaml': PROFILE, 'risk_config.yaml': 'profile: profiles/x.yaml' }).max_contracts,
    ).toMatchObject({
      limit: 7,
    }))

  test('an account’s file lies over the risk file, its overrides over both, siblings untouched', () => {
    const files = {
      'two.yaml':
        'rules:\n  max_contracts: { limit: 4, count_type: net_by_product }\n  daily_realized_loss: { limit: -400 }\n',
      'accounts.yaml': accounts(
        'risk_config_file: two.yaml\nconfig_overrides: { rules: { max_contracts: { limit: 2 } } }',
      ),
    }
    expect(rulesOf(files, 1).max_contracts).toMatchObject({ limit: 2, count_type: 'net_by_product' })
    expect(rulesOf(files, 1).daily_realized_loss?.limit).toBe(-4_000_000)
    expect(rulesOf(files, 1).no_stop_loss_grace).toBeDefined()
    expect(rulesOf(files, 0).max_contracts).toMatchObject({ limit: 5, count_type: 'gross' })
  })

  test('lists and scalars replace', () => {
    const files = {
      'risk_config.yaml': VALID['risk_config.yaml'].replace('limit: 5', 'limit: 5\n    warn_at: [0.5, 0.8]'),
      'accounts.yaml': accounts('config_overrides: { rules: { max_contracts: { warn_at: [0.9] } } }'),
    }
    expect(rulesOf(files, 1).max_contracts?.warn_at).toEqual([0.9])
  })

  test('an empty value in an override takes what lies below', () => {
    const files = {
      'accounts.yaml': accounts(
        'config_overrides:\n  rules:\n    max_contracts: { limit: }\n    daily_realized_loss:\n  general:',
      ),
    }
    expect(rulesOf(files, 1)).toEqual(rulesOf(files, 0))
  })

  test('an empty section of the risk file hides nothing of the profile', () => {
    const files = { 'profiles/p.yaml': PROFILE, 'risk_config.yaml': 'profile: p\nrules:\n  max_contracts:\n' }
    expect(rulesOf(files).max_contracts).toMatchObject({ limit: 7 })
  })

  test('an empty limit of the risk file is a mistake, also over a profile', () =>
    expect(
      errorsOf({
        'profiles/p.yaml': PROFILE,
        'risk_config.yaml': 'profile: p\nrules:\n  max_contracts:\n    limit:\n',
      }),
    ).toEqual(['risk_config.yaml:4:11 rules.max_contracts.limit']))

  test('an account’s profile takes the place of the general one', () => {
    const files = {
      'profiles/p.yaml': PROFILE,
      'profiles/q.yaml': PROFILE.replace('limit: 7', 'limit: 8'),
      'risk_config.yaml': 'profile: p',
      'accounts.yaml': accounts('profile: q'),
    }
    expect([rulesOf(files, 0).max_contracts?.limit, rulesOf(files, 1).max_contracts?.limit]).toEqual([7, 8])
  })

  test('a limit may come from the account alone', () => {
    const risk = VALID['risk_config.yaml'].replace('    limit: -500', '    include_unrealized: false')
    const files = (entry: string): Files => ({
      'risk_config.yaml': risk,
      'accounts.yaml': accounts(entry).replace(/ {2}- id: 7001001\n.*\n.*\n/, ''),
    })
    expect(
      rulesOf(files('config_overrides: { rules: { daily_realized_loss: { limit: -300 } } }')).daily_realized_loss
        ?.limit,
    ).toBe(-3_000_000)
    expect(errorsOf(files('enabled: true'))).toEqual(['risk_config.yaml:6:3 rules.daily_realized_loss.limit'])
  })

  test('general settings may differ by account, those of the daemon may not', () => {
    const config = accepted(withGeneral('pnl_basis: gross'))
    expect(config.accounts.map((account) => account.general.pnlBasis)).toEqual(['net', 'gross'])
    expect(config.general.pnlBasis).toBe('net')
    for (const key of ['database: { path: x }', 'logging: { level: DEBUG }', 'loosening: immediate', 'timezone: UTC'])
      expect(errorsOf(withGeneral(key))).toHaveLength(1)
  })

  test('an account without layers of its own shares the settings of the risk file', () => {
    const config = accepted({ 'accounts.yaml': accounts('enabled: true') })
    expect(config.accounts[0]?.rules).toBe(config.accounts[1]?.rules)
  })
})

describe('mistakes in layers', () => {
  test('a value of an upper layer is reported there, with its layer', () => {
    const [found, ...more] = diagnosticsOf(
      { 'accounts.yaml': accounts('config_overrides:\n  rules:\n    daily_realized_loss: { limit: 300 }') },
      'error',
    )
    expect(more).toEqual([])
    expect(found).toMatchObject({
      file: 'accounts.yaml',
      line: 13,
      column: 39,
      keyPath: 'rules.daily_realized_loss.limit',
    })
  })

  test('a mistake that an upper layer replaces is still one', () =>
    expect(
      errorsOf({
        'profiles/p.yaml': PROFILE.replace('-900', '900'),
        'risk_config.yaml': `profile: p\n${VALID['risk_config.yaml']}`,
      }),
    ).toEqual(['profiles/p.yaml:4:33 rules.daily_realized_loss.limit']))

  test('unknown keys are refused in every layer (C-07)', () =>
    expect(
      errorsOf({
        'profiles/p.yaml': `${PROFILE}colour: red\n`,
        'risk_config.yaml': `profile: p\n${VALID['risk_config.yaml']}`,
        'two.yaml': 'rules: { max_contracts: { limitt: 1 } }\n',
        'accounts.yaml': accounts('risk_config_file: two.yaml\nconfig_overrides: { generall: {} }'),
      }),
    ).toEqual([
      'accounts.yaml:12:25 generall',
      'profiles/p.yaml:7:1 colour',
      'two.yaml:1:27 rules.max_contracts.limitt',
    ]))

  test('limits that contradict each other are judged after merging only', () => {
    expect(errorsOf(withTradesPerHour(3))).toEqual([])
    expect(errorsOf(withTradesPerHour(2))).toHaveLength(1)
  })

  test('a file that several accounts use is reported once', () => {
    const third = `  - { id: 3, name: Three, account_type: practice, risk_config_file: two.yaml }\n`
    const files = {
      'two.yaml': 'rules: { max_contracts: { limit: 0 } }\n',
      'accounts.yaml': accounts('risk_config_file: two.yaml') + third,
    }
    expect(errorsOf(files)).toEqual(['two.yaml:1:34 rules.max_contracts.limit'])
  })

  test.each([
    [
      'a profile in a profile',
      { 'profiles/p.yaml': `profile: q\n${PROFILE}`, 'risk_config.yaml': 'profile: p' },
      'profiles/p.yaml:1:1 profile',
    ],
    ['a profile that is not there', { 'risk_config.yaml': 'profile: nobody' }, 'risk_config.yaml:1:10 profile'],
    ['a profile outside the folder', { 'risk_config.yaml': 'profile: ../x.yaml' }, 'risk_config.yaml:1:10 profile'],
    ['a profile that is no name', { 'risk_config.yaml': 'profile: [p]' }, 'risk_config.yaml:1:1 profile'],
    [
      'a profile that cannot be read',
      { 'profiles/p.yaml': 'a: [', 'risk_config.yaml': 'profile: p' },
      'profiles/p.yaml:1:5',
    ],
  ] as const)('%s is one diagnostic, without guesses about what is missing', (_, files, error) =>
    expect(errorsOf(files)).toEqual([error]),
  )
})

const lossErrors = (text: string) => keysIn(errorsOf(rule('daily_unrealized_loss', text)))

const withTargets = (position: number) =>
  adding(`max_unrealized_profit: { enabled: true, target: ${position} }
  daily_realized_profit: { enabled: true, target: 500 }`)

const withInstruments = (instruments: string) => ({
  'risk_config.yaml': `general: { instruments: ${instruments} }\n${adding('daily_realized_profit: { enabled: true, target: 10 }')['risk_config.yaml']}`,
})

describe('settings that do not fit together', () => {
  test.each([
    ['max_contracts_per_instrument', '{ instrument_limits: { ES: 6 } }', 'instrument_limits.ES'],
    ['max_contracts_per_instrument', '{ default_limit: 6 }', 'default_limit'],
    ['max_contracts_per_instrument', '{ unknown_symbol_action: "allow_with_limit:6" }', 'unknown_symbol_action'],
    ['max_contracts', '{ limit: 5, count_type: net }', 'count_type'],
    ['daily_realized_loss', '{ limit: -500, lockout: 4h }', 'lockout'],
  ])('%s %s is remarked upon', (name, text, key) =>
    expect(keysIn(warningsOf(rule(name, text)))).toEqual([`rules.${name}.${key}`]),
  )

  test.each([
    ['daily_realized_profit: { enabled: true, target: 500, lockout: 4h }', 'daily_realized_profit.lockout'],
    ['symbol_blocks: { enabled: true, blocked_symbols: [RTY, XYZ] }', 'symbol_blocks.blocked_symbols[1]'],
  ])('%s is remarked upon', (text, key) => expect(keysIn(warningsOf(adding(text)))).toEqual([`rules.${key}`]))

  test('a position may not lose as much as ends the day, unless all positions are meant', () => {
    expect(lossErrors('{ limit: -500 }')).toEqual(['rules.daily_unrealized_loss.limit'])
    expect(lossErrors('{ limit: -499.9999 }')).toEqual([])
    expect(lossErrors('{ limit: -500, scope: total }')).toEqual([])
  })

  test('a profit of one position beyond the target of the day is remarked upon', () => {
    expect(keysIn(warningsOf(withTargets(500.01)))).toEqual(['rules.max_unrealized_profit.target'])
    expect(warningsOf(withTargets(500))).toEqual([])
  })

  test('a target of the day below one tick of an instrument is remarked upon', () => {
    expect(keysIn(warningsOf(withInstruments('[MNQ, ES]')))).toEqual(['rules.daily_realized_profit.target'])
    expect(warningsOf(withInstruments('[MNQ]'))).toEqual([])
    expect(warningsOf(withInstruments('[]'))).toEqual([])
  })

  test('the code of the gateway and contract ids name products too', () =>
    expect(
      warningsOf(adding('symbol_blocks: { enabled: true, blocked_symbols: [EP, "con.f.us.gce.*", "m*"] }')),
    ).toEqual([]))

  test('weighted contracts are not compared with unweighted ones', () =>
    expect(warningsOf(rule('max_contracts', '{ limit: 1, weighting: mini_equivalent }'))).toEqual([]))

  test('one lockout with two durations is an error that names both places', () => {
    const timers = `lockout_durations: { hard_lockout: { daily_realized_loss: until_reset } }\n${VALID['timers_config.yaml']}`
    const files = {
      ...rule('daily_realized_loss', '{ limit: -500, lockout: until_reset }'),
      'timers_config.yaml': timers,
    }
    const [found] = diagnosticsOf(files, 'error')
    expect(found).toMatchObject({ keyPath: 'rules.daily_realized_loss.lockout' })
    expect(found?.got).toContain('timers_config.yaml:1')
  })

  test('two sessions for one account are an error', () =>
    expect(
      keysIn(errorsOf(rule('session_block_outside', '{ global_session: { start: "09:00", end: "14:00" } }'))),
    ).toEqual(['rules.session_block_outside.global_session']))

  test('a session of the rule alone is enough, and so is one of a product', () => {
    const noHours = VALID['timers_config.yaml'].replace(/session_hours:\n.*\n.*\n/, '')
    for (const text of ['{ global_session: { start: "09:00" } }', '{ per_instrument_sessions: { CL: {} } }'])
      expect(errorsOf({ ...rule('session_block_outside', text), 'timers_config.yaml': noHours })).toEqual([])
  })

  test('a session rule without any session is an error', () => {
    for (const hours of ['', 'session_hours: { enabled: false }\n']) {
      const timers = VALID['timers_config.yaml'].replace(/session_hours:\n.*\n.*\n/, hours)
      expect(keysIn(errorsOf({ 'timers_config.yaml': timers }))).toEqual(['rules.session_block_outside'])
    }
  })

  test('holidays that are turned off contradict a rule that respects them', () => {
    const timers = VALID['timers_config.yaml'].replace('holidays:', 'holidays:\n  enabled: false')
    expect(keysIn(errorsOf({ 'timers_config.yaml': timers }))).toEqual(['holidays.enabled'])
    expect(
      errorsOf({ ...rule('session_block_outside', '{ respect_holidays: false }'), 'timers_config.yaml': timers }),
    ).toEqual([])
  })

  test('reset and session in two zones are remarked upon, links of one zone are not', () => {
    expect(keysIn(warningsOf(resetIn('America/New_York')))).toEqual(['session_hours.timezone'])
    expect(warningsOf(resetIn('US/Central'))).toEqual([])
  })

  test('a reset that is turned off needs rules that do without a day', () => {
    const timers = VALID['timers_config.yaml'].replace('daily_reset:', 'daily_reset:\n  enabled: false')
    const risk = `rules:
  max_contracts: { limit: 5 }
  trade_frequency_limit: { limits: { per_session: null } }
`
    expect(keysIn(errorsOf({ 'timers_config.yaml': timers }))).toEqual(['daily_reset.enabled'])
    expect(errorsOf({ 'timers_config.yaml': timers, 'risk_config.yaml': risk })).toEqual([])
  })

  test('a cooldown until the reset needs a reset', () => {
    const timers = VALID['timers_config.yaml'].replace('daily_reset:', 'daily_reset:\n  enabled: false')
    const risk = (cooldown: string): Files => ({
      'timers_config.yaml': timers,
      'risk_config.yaml': `rules:
  max_contracts: { limit: 5 }
  cooldown_after_loss: { loss_thresholds: [{ loss_amount: -100, cooldown: ${cooldown} }] }
`,
    })
    expect(keysIn(errorsOf(risk('until_reset')))).toEqual(['daily_reset.enabled'])
    expect(errorsOf(risk('30m'))).toEqual([])
  })

  test('overrides of a rule that is off are remarked upon', () => {
    expect(keysIn(warningsOf(withGraceOverride('{ grace_period_seconds: 5 }')))).toEqual(['rules.no_stop_loss_grace'])
    expect(warningsOf(withGraceOverride('{ enabled: true, grace_period_seconds: 5 }'))).toEqual([])
  })

  test('limits beyond the plan of the firm are errors', () => {
    const wide = {
      'risk_config.yaml': VALID['risk_config.yaml'].replace('limit: 5', 'limit: 51').replace('-500', '-1000.01'),
    }
    expect(keysIn(errorsOf({ ...wide, ...planned('50k') }))).toEqual([
      'rules.max_contracts.limit',
      'rules.daily_realized_loss.limit',
    ])
    expect(errorsOf({ ...wide, ...planned('100k') })).toEqual([])
    expect(errorsOf(planned('50k'))).toEqual([])
  })

  test('an account with wider limits than the others is a notice, a tighter one is none', () => {
    const wider =
      '{ max_contracts: { limit: 6 }, daily_realized_loss: { limit: -501 }, no_stop_loss_grace: { enabled: false } }'
    const [found] = diagnosticsOf(withRules(wider), 'notice')
    expect(found).toMatchObject({ line: 8, keyPath: 'accounts[1]' })
    expect(found?.got).toBe(
      'Two: RULE-008 off; max_contracts.limit 6 (base 5); daily_realized_loss.limit -$501.00 (base -$500.00)',
    )
    expect(diagnosticsOf(withRules('{ max_contracts: { limit: 4 } }'), 'notice')).toEqual([])
  })

  test.each([
    ['{ daily_unrealized_loss: { limit: -31 } }', 'daily_unrealized_loss.limit -$31.00 (base -$30.00)'],
    ['{ cooldown_after_loss: { loss_threshold: -150 } }', 'cooldown_after_loss -$150.00 (base -$100.00)'],
    ['{ auth_loss_guard: { on_cannot_trade: alert } }', 'auth_loss_guard.on_cannot_trade alert (base lockout)'],
    ['{ symbol_blocks: { blocked_symbols: [GC] } }', 'symbol_blocks without RTY'],
    ['{ daily_realized_profit: { target: 600 } }', 'daily_realized_profit.target $600.00 (base $500.00)'],
    ['{ max_unrealized_profit: { target: 500 } }', 'max_unrealized_profit.target $500.00 (base $400.00)'],
  ])('an account with %s is looser', (own, phrase) => {
    const base = adding(`symbol_blocks: { enabled: true, blocked_symbols: [RTY] }
  daily_realized_profit: { enabled: true, target: 500 }
  max_unrealized_profit: { enabled: true, target: 400 }`)
    const [found] = diagnosticsOf({ ...base, ...withRules(own) }, 'notice')
    expect(found?.got).toBe(`Two: ${phrase}`)
  })
})
