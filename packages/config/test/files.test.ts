import { describe, expect, test } from 'vitest'
import { accepted, diagnosticsOf, errorsOf, type Files, VALID, warningsOf } from './config-fixture.ts'

/*
 * One row per row of the settings tables: what is written, and where it is refused.
 */

const general = (text: string): Files => ({ 'risk_config.yaml': `general:\n  ${text}\n${VALID['risk_config.yaml']}` })
const rule = (name: string, text: string): Files => {
  const risk = VALID['risk_config.yaml'].replace(new RegExp(`  ${name}:\\n(    .*\\n)+`), '')
  return { 'risk_config.yaml': `${risk}  ${name}: ${text}\n` }
}
const timers = (text: string): Files => ({ 'timers_config.yaml': `${text}\n${VALID['timers_config.yaml']}` })
const session = (text: string): Files => ({
  'timers_config.yaml': `session_hours: ${text}\nholidays: { dates: { 2026: [] } }\ndaily_reset: { timezone: America/Chicago }`,
})
const holidays = (text: string): Files => ({
  'timers_config.yaml': `holidays: ${text}\nsession_hours: {}\ndaily_reset: { timezone: America/Chicago }`,
})
const account = (text: string): Files => ({ 'accounts.yaml': `${VALID['accounts.yaml']}${text}\n` })
const entry = (text: string): Files => ({
  'accounts.yaml': VALID['accounts.yaml'].replace(/accounts:[^]*/, `accounts: [${text}]`),
})
const api = (text: string): Files => ({ 'api_config.yaml': text })

const keysIn = (texts: readonly string[]): readonly string[] => texts.map((text) => text.slice(text.indexOf(' ') + 1))

const dailyReset = (text: string): Files => ({
  'timers_config.yaml': VALID['timers_config.yaml'].replace(
    '  timezone: America/Chicago',
    `  timezone: America/Chicago\n  ${text}`,
  ),
})

const credentials = (text: string): Files => ({
  'accounts.yaml': VALID['accounts.yaml'].replace(/topstepx:[^]*accounts:/, `${text}\naccounts:`),
})

describe('risk_config.yaml, general', () => {
  test.each([
    ['schema_version: 2', 'general.schema_version'],
    ['instruments: [mnq]', 'general.instruments[0]'],
    ['instruments: [MNQ, 6]', 'general.instruments[1]'],
    ['instruments: MNQ', 'general.instruments'],
    ['timezone: EST', 'general.timezone'],
    ['timezone: america/chicago', 'general.timezone'],
    ['timezone: "+05:00"', 'general.timezone'],
    ['pnl_basis: Net', 'general.pnl_basis'],
    ['stale_after_seconds: 0', 'general.stale_after_seconds'],
    ['stale_after_seconds: 1.5', 'general.stale_after_seconds'],
    ['stale_after_seconds: "10"', 'general.stale_after_seconds'],
    ['stale_critical_seconds: 601', 'general.stale_critical_seconds'],
    ['stale_after_seconds: 60', 'general.stale_critical_seconds'],
    ['on_stale_quotes: flatten', 'general.on_stale_quotes'],
    ['on_unvalued_position: ignore', 'general.on_unvalued_position'],
    ['unvalued_grace_seconds: 601', 'general.unvalued_grace_seconds'],
    ['unvalued_grace_seconds: -1', 'general.unvalued_grace_seconds'],
    ['evaluation_interval_ms: 9', 'general.evaluation_interval_ms'],
    ['evaluation_interval_ms: 1001', 'general.evaluation_interval_ms'],
    ['enforcement_deadline_seconds: 1', 'general.enforcement_deadline_seconds'],
    ['enforcement_deadline_seconds: 121', 'general.enforcement_deadline_seconds'],
    ['loosening: never', 'general.loosening'],
    ['allow_unprotected: yes', 'general.allow_unprotected'],
    ['database: { path: "" }', 'general.database.path'],
    ['database: { path: 5 }', 'general.database.path'],
    ['database: { backup_interval_minutes: 0 }', 'general.database.backup_interval_minutes'],
    ['database: { backup_keep: { hourly: 0 } }', 'general.database.backup_keep.hourly'],
    ['database: { carry_copies: rclone copyto }', 'general.database.carry_copies'],
    ['audit: { anchor_url: http://anchors.example/heads }', 'general.audit.anchor_url'],
    ['audit: { anchor_url: "https://me:pass@anchors.example" }', 'general.audit.anchor_url'],
    ['audit: { anchor_url: "https://anchors.example?token=x" }', 'general.audit.anchor_url'],
    ['audit: { anchor_bearer_from: NOWHERE_SET }', 'general.audit.anchor_bearer_from'],
    ['notifications: { pager: {} }', 'general.notifications.pager'],
    ['notifications: { discord: { enabled: on } }', 'general.notifications.discord.enabled'],
    ['logging: { level: TRACE }', 'general.logging.level'],
    ['logging: { level: info }', 'general.logging.level'],
    ['logging: { max_size_mb: 0 }', 'general.logging.max_size_mb'],
    ['logging: { retention_days: 0 }', 'general.logging.retention_days'],
    ['logging: { json: 1 }', 'general.logging.json'],
    ['logging: { files: { daemon: { enabled: false } } }', 'general.logging.files.daemon.enabled'],
    ['logging: { files: { enforcement: { enabled: false } } }', 'general.logging.files.enforcement.enabled'],
    ['logging: { files: { audit: {} } }', 'general.logging.files.audit'],
    ['logging: { slow_ms: 0 }', 'general.logging.slow_ms'],
    ['logging: loud', 'general.logging'],
    ['stale_after_second: 10', 'general.stale_after_second'],
  ])('%s', (text, keyPath) => expect(keysIn(errorsOf(general(text)))).toEqual([keyPath]))

  test.each([
    'instruments: [MNQ, ES, M2K, 6E]',
    'timezone: Europe/Berlin',
    'timezone: US/Central',
    'timezone: UTC',
    'pnl_basis: gross',
    'unvalued_grace_seconds: 0',
    'database: { path: /srv/state.db, backup_interval_minutes: 1, second_folder: /mnt/other, emergency_journal: /mnt/third/journal.jsonl, carry_copies: [rclone, copyto] }',
    'audit: { anchor_url: "http://127.0.0.1:9/heads", anchor_bearer_from: PROJECTX_API_KEY }',
    'audit: { anchor_url: "https://anchors.example/heads" }',
    'control: { folder: /run/risk-manager, monitoring_port: 9464 }',
    'logging: { level: WARNING, files: { api: { enabled: false }, error: { level: WARNING } } }',
  ])('%s is accepted', (text) => expect(errorsOf(general(text))).toEqual([]))

  test.each([
    ['schema_version: 1', []],
    ['schema_version: 2', ['schema_version']],
    ['schema_version: "1"', ['schema_version']],
    ['risk_rules: {}', ['risk_rules']],
    ['general: 5', ['general']],
    ['general:', []],
  ])('%s at the top', (text, keyPaths) =>
    expect(keysIn(errorsOf({ 'risk_config.yaml': `${text}\n${VALID['risk_config.yaml']}` }))).toEqual(keyPaths),
  )

  test('the logging section may be a file of its own, which wins', () => {
    const files = { ...general('logging: { level: DEBUG, json: false }'), 'logging.yaml': 'level: ERROR\n' }
    expect(accepted(files).general.logging).toMatchObject({ level: 'ERROR', json: false })
    expect(errorsOf({ 'logging.yaml': 'level: LOUD\n' })).toEqual(['logging.yaml:1:8 general.logging.level'])
  })

  test('a literal credential of a channel is refused and not shown', () => {
    const [found, ...more] = diagnosticsOf(general('notifications: { telegram: { bot_token: hunter2 } }'), 'error')
    expect(more).toEqual([])
    expect(found?.keyPath).toBe('general.notifications.telegram.bot_token')
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

describe('risk_config.yaml, rules', () => {
  test.each([
    ['max_contracts', '{}', 'limit'],
    ['max_contracts', '{ limit: 0 }', 'limit'],
    ['max_contracts', '{ limit: 1001 }', 'limit'],
    ['max_contracts', '{ limit: 2.5 }', 'limit'],
    ['max_contracts', '{ limit: "5" }', 'limit'],
    ['max_contracts', '{ limit: 5, count_type: nett }', 'count_type'],
    ['max_contracts', '{ limit: 5, weights: { SIL: 101 } }', 'weights.SIL'],
    ['max_contracts', '{ limit: 5, mode: observe }', 'mode'],
    ['max_contracts', '{ limit: 5, warn_at: [1.5] }', 'warn_at[0]'],
    ['max_contracts', '{ limit: 5, enabeld: false }', 'enabeld'],
    ['max_contracts_per_instrument', '{ instrument_limits: { ES: -1 } }', 'instrument_limits.ES'],
    ['max_contracts_per_instrument', '{ instrument_limits: [ES] }', 'instrument_limits'],
    ['max_contracts_per_instrument', '{ default_limit: 1, unknown_symbol_action: block }', 'unknown_symbol_action'],
    ['max_contracts_per_instrument', '{ unknown_symbol_action: "allow_with_limit:" }', 'unknown_symbol_action'],
    ['max_contracts_per_instrument', '{ limits: { ES: 1 } }', 'limits'],
    ['daily_realized_loss', '{}', 'limit'],
    ['daily_realized_loss', '{ limit: 500 }', 'limit'],
    ['daily_realized_loss', '{ limit: 0 }', 'limit'],
    ['daily_realized_loss', '{ limit: -500.00001 }', 'limit'],
    ['daily_realized_loss', '{ limit: }', 'limit'],
    ['daily_realized_loss', '{ limit: -500, lockout: 59s }', 'lockout'],
    ['daily_realized_loss', '{ limit: -500, lockout: permanent }', 'lockout'],
    ['daily_realized_loss', '{ limit: -500, reset_time: "17:00" }', 'reset_time'],
    ['trade_frequency_limit', '{ limits: { per_minute: 0 } }', 'limits.per_minute'],
    ['trade_frequency_limit', '{ limits: { per_minute: 11 } }', 'limits.per_hour'],
    ['trade_frequency_limit', '{ count: trades }', 'count'],
    ['no_stop_loss_grace', '{ enabled: true, grace_period_seconds: 0 }', 'grace_period_seconds'],
    ['no_stop_loss_grace', '{ enabled: true, require_within_seconds: 60 }', 'require_within_seconds'],
    ['session_block_outside', '{ close_lead_seconds: 3601 }', 'close_lead_seconds'],
    [
      'session_block_outside',
      '{ per_instrument_sessions: { CL: { start: "9:00" } } }',
      'per_instrument_sessions.CL.start',
    ],
  ])('%s: %s', (name, text, key) => expect(keysIn(errorsOf(rule(name, text)))).toEqual([`rules.${name}.${key}`]))

  test('a block that is no map is refused', () =>
    expect(keysIn(errorsOf(rule('max_contracts', '5')))).toEqual(['rules.max_contracts']))
})

describe('timers_config.yaml', () => {
  test.each([
    ['time: "24:00"', 'daily_reset.time'],
    ['time: "9:00"', 'daily_reset.time'],
    ['time: 17', 'daily_reset.time'],
    ['reset_days: []', 'daily_reset.reset_days'],
    ['reset_days: [mon, mon]', 'daily_reset.reset_days'],
    ['reset_days: [monday]', 'daily_reset.reset_days'],
    ['reset_days: mon_fri', 'daily_reset.reset_days'],
    ['enabled: false', 'daily_reset.enabled'],
    ['zone: UTC', 'daily_reset.zone'],
  ])('daily_reset: %s', (text, keyPath) => expect(keysIn(errorsOf(dailyReset(text)))).toEqual([keyPath]))

  test.each([
    ['', '17:00', ['sun', 'mon', 'tue', 'wed', 'thu']],
    ['time: "05:00"', '05:00', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['time: "12:00"', '12:00', ['sun', 'mon', 'tue', 'wed', 'thu']],
    ['reset_days: all_days', '17:00', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']],
    ['reset_days: [0, wed]', '17:00', ['mon', 'wed']],
  ])('daily_reset: %s resets at %s on %j', (text, time, days) =>
    expect(accepted(dailyReset(text)).reset).toEqual({ time, timeZone: 'America/Chicago', days }),
  )

  test.each([
    ['weekly_reset: { day: 7 }', 'weekly_reset.day'],
    ['weekly_reset: { day: Mon }', 'weekly_reset.day'],
    ['weekly_reset: { time: noon }', 'weekly_reset.time'],
    [
      'lockout_durations: { hard_lockout: { daily_realized_loss: permanent } }',
      'lockout_durations.hard_lockout.daily_realized_loss',
    ],
    [
      'lockout_durations: { hard_lockout: { daily_realized_profit: 25h } }',
      'lockout_durations.hard_lockout.daily_realized_profit',
    ],
    [
      'lockout_durations: { hard_lockout: { session_block_outside: 1h } }',
      'lockout_durations.hard_lockout.session_block_outside',
    ],
    [
      'lockout_durations: { hard_lockout: { auth_loss_guard: permanent } }',
      'lockout_durations.hard_lockout.auth_loss_guard',
    ],
    [
      'lockout_durations: { timer_cooldown: { trade_frequency: { per_minute_breach: 500ms } } }',
      'lockout_durations.timer_cooldown.trade_frequency.per_minute_breach',
    ],
    [
      'lockout_durations: { timer_cooldown: { trade_frequency: { per_minute_breach: 31m } } }',
      'lockout_durations.timer_cooldown.trade_frequency.per_hour_breach',
    ],
    [
      'lockout_durations: { timer_cooldown: { trade_frequency: { per_session_breach: 1m } } }',
      'lockout_durations.timer_cooldown.trade_frequency.per_session_breach',
    ],
    [
      'lockout_durations: { timer_cooldown: { cooldown_after_loss: 15 } }',
      'lockout_durations.timer_cooldown.cooldown_after_loss',
    ],
    ['advanced: { check_interval: 10 }', 'advanced'],
    ['news_events: []', 'news_events'],
  ])('%s', (text, keyPath) => expect(keysIn(errorsOf(timers(text)))).toEqual([keyPath]))

  test('cooldowns may last until the reset, the longest last', () =>
    expect(
      accepted(
        timers('lockout_durations: { timer_cooldown: { trade_frequency: { per_session_breach: until_reset } } }'),
      ).timers.tradeFrequency.perSession,
    ).toEqual({ kind: 'until-reset' }))

  test.each([
    ['{ start: "08:30", end: "08:30" }', 'session_hours.end'],
    ['{ all_day: true, start: "08:30" }', 'session_hours.all_day'],
    ['{ allowed_days: [] }', 'session_hours.allowed_days'],
    ['{ timezone: CST }', 'session_hours.timezone'],
    ['{ pre_market: { enabled: true } }', 'session_hours.pre_market.start'],
    ['{ pre_market: { enabled: true, start: "08:30" } }', 'session_hours.pre_market.start'],
    ['{ pre_market: { enabled: true, start: "14:00" } }', 'session_hours.pre_market.start'],
    ['{ after_hours: { enabled: true } }', 'session_hours.after_hours.end'],
    ['{ after_hours: { enabled: true, end: "01:00" } }', 'session_hours.after_hours.end'],
    ['{ after_hours: { enabled: true, end: "15:00" } }', 'session_hours.after_hours.end'],
    ['{ lunch: true }', 'session_hours.lunch'],
  ])('session_hours: %s', (text, keyPath) => expect(keysIn(errorsOf(session(text)))).toEqual([keyPath]))

  const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri']
  test.each([
    ['{}', '08:30', '15:00', weekdays],
    ['{ pre_market: { enabled: true, start: "07:00" } }', '07:00', '15:00', weekdays],
    ['{ pre_market: { enabled: true, start: "17:00" } }', '17:00', '15:00', ['sun', 'mon', 'tue', 'wed', 'thu']],
    ['{ after_hours: { enabled: true, end: "15:55" } }', '08:30', '15:55', weekdays],
    ['{ start: "17:00", end: "15:10", allowed_days: [sun, mon] }', '17:00', '15:10', ['sun', 'mon']],
    ['{ after_hours: { enabled: false, end: "16:00" } }', '08:30', '15:00', weekdays],
  ])('session_hours: %s is open from %s to %s', (text, start, end, days) =>
    expect(accepted(session(text)).timers.sessionHours).toMatchObject({ start, end, days }),
  )

  test.each([
    ['{ dates: { 2026: [2025-12-25] } }', 'holidays.dates.2026[0]'],
    ['{ dates: { 2026: [2026-12-25, 2026-12-25] } }', 'holidays.dates.2026[1]'],
    ['{ dates: { 2026: [2026-02-29] } }', 'holidays.dates.2026[0]'],
    ['{ dates: { 2026: [25.12.2026] } }', 'holidays.dates.2026[0]'],
    ['{ dates: { next: [], 2026: [] } }', 'holidays.dates.next'],
    ['{ dates: { 2025: [] } }', 'holidays.dates'],
    ['{}', 'holidays.dates'],
    ['{ enabled: false }', 'holidays.enabled'],
    [
      '{ dates: { 2026: [2026-12-24] }, early_close: [{ date: 2026-12-24, close_time: "12:00" }] }',
      'holidays.early_close[0].date',
    ],
    ['{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24 }] }', 'holidays.early_close[0].close_time'],
    [
      '{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "15:00" }] }',
      'holidays.early_close[0].close_time',
    ],
    [
      '{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "08:30" }] }',
      'holidays.early_close[0].close_time',
    ],
    [
      '{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "12:00", products: [] }] }',
      'holidays.early_close[0].products',
    ],
    [
      '{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "12:00" }, { date: 2026-12-24, close_time: "12:15" }] }',
      'holidays.early_close[1].date',
    ],
  ])('holidays: %s', (text, keyPath) => expect(keysIn(errorsOf(holidays(text)))).toEqual([keyPath]))

  test('early closes of other products or zones are kept as they are written', () => {
    const text = `{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "13:15", timezone: America/New_York },
      { date: 2026-12-24, close_time: "17:30", products: [CL] }] }`
    expect(accepted(holidays(text)).holidays.earlyCloses).toEqual([
      { date: '2026-12-24', closeTime: '13:15', timeZone: 'America/New_York' },
      { date: '2026-12-24', closeTime: '17:30', products: ['CL'] },
    ])
  })

  test('from December on the next year is needed as well', () => {
    expect(errorsOf({}, { today: '2026-11-30' })).toEqual([])
    expect(keysIn(errorsOf({}, { today: '2026-12-01' }))).toEqual(['holidays.dates'])
  })
})

describe('accounts.yaml', () => {
  test.each([
    ['', 'accounts'],
    ['7001001', 'accounts[0]'],
    ['{ name: A, account_type: practice }', 'accounts[0].id'],
    ['{ id: 0, name: A, account_type: practice }', 'accounts[0].id'],
    ['{ id: 1.5, name: A, account_type: practice }', 'accounts[0].id'],
    ['{ id: 1, account_type: practice }', 'accounts[0].name'],
    ['{ id: 1, name: A }', 'accounts[0].account_type'],
    ['{ id: 1, name: A, account_type: live }', 'accounts[0].account_type'],
    ['{ id: 1, name: A, account_type: Practice }', 'accounts[0].account_type'],
    ['{ id: 1, name: A, account_type: practice, enabled: "true" }', 'accounts[0].enabled'],
    ['{ id: 1, name: A, account_type: practice, enabled: false }', 'accounts'],
    ['{ id: 1, name: A, account_type: practice, account_id: 1 }', 'accounts[0].account_id'],
    ['{ id: 1, name: A, account_type: practice, plan: { size: 50K } }', 'accounts[0].plan.size'],
    [
      '{ id: 1, name: A, account_type: practice, plan: { size: 50k, starting_balance: -1 } }',
      'accounts[0].plan.starting_balance',
    ],
    ['{ id: 1, name: A, account_type: practice, risk_config_file: none.yaml }', 'accounts[0].risk_config_file'],
    ['{ id: 1, name: A, account_type: practice, risk_config_file: ../other.yaml }', 'accounts[0].risk_config_file'],
    ['{ id: 1, name: A, account_type: practice, profile: nobody }', 'accounts[0].profile'],
    ['{ id: 1, name: A, account_type: practice, config_overrides: [] }', 'accounts[0].config_overrides'],
    ['{ id: 1, name: A, account_type: practice }, { id: "1", name: B, account_type: practice }', 'accounts[1].id'],
  ])('accounts: [%s]', (text, keyPath) => expect(keysIn(errorsOf(entry(text)))).toEqual([keyPath]))

  test.each([
    ['id: PRAC-V2-1, name: A', 'practice', []],
    ['id: 50KTC-V2-1, name: A', 'combine', []],
    ['id: EXPRESS-V2-1, name: A', 'combine', ['accounts[0].account_type']],
    ['id: 1, name: PRAC-V2-1', 'express', ['accounts[0].account_type']],
    ['id: 1, name: My account', 'express', []],
  ])('an account with %s and type %s', (names, type, warnings) =>
    expect(keysIn(warningsOf(entry(`{ ${names}, account_type: ${type} }`)))).toEqual(warnings),
  )

  test.each([
    ['{}', ['topstepx.username', 'topstepx.api_key']],
    ['topstepx: {}', ['topstepx.username', 'topstepx.api_key']],
    ['topstepx:', ['topstepx']],
    ['topstepx: { username: "${PROJECTX_USERNAME}", api_key: hunter2 }', ['topstepx.api_key']],
    ['topstepx: { username: "${PROJECTX_USERNAME}", api_key: "${PROJECTX_API_KEY:hunter2}" }', ['topstepx.api_key']],
    ['topstepx: { username: "${PROJECTX_USERNAME}", api_key: "x${PROJECTX_API_KEY}" }', ['topstepx.api_key']],
    ['topstepx: { username: "${PROJECTX_USERNAME}", apikey: hunter2 }', ['topstepx.apikey', 'topstepx.api_key']],
    ['topstepx: { username: "${NOBODY}", api_key: "${PROJECTX_API_KEY}" }', ['topstepx.username']],
  ])('%s', (text, keyPaths) => {
    const found = diagnosticsOf(credentials(text === '{}' ? '' : text), 'error')
    expect(found.map((diagnostic) => diagnostic.keyPath).toSorted()).toEqual(keyPaths.toSorted())
    expect(JSON.stringify(found)).not.toMatch(/hunter2|k3y/)
  })

  test('two accounts of one name are hard to tell apart, which is a warning', () =>
    expect(
      keysIn(
        warningsOf(entry('{ id: 1, name: A, account_type: practice }, { id: 2, name: A, account_type: practice }')),
      ),
    ).toEqual(['accounts[1].name']))

  test('a user name may stand in the file, with a warning', () =>
    expect(keysIn(warningsOf(credentials('topstepx: { username: me, api_key: "${PROJECTX_API_KEY}" }')))).toEqual([
      'topstepx.username',
    ]))

  test('the older form for one account is understood alone, and refused beside a list', () => {
    const single = 'monitored_account: { account_id: "7001001", account_type: practice }'
    const alone = { 'accounts.yaml': VALID['accounts.yaml'].replace(/accounts:[^]*/, single) }
    expect(accepted(alone).accounts).toMatchObject([{ id: 7001001, name: '7001001', enabled: true }])
    expect(keysIn(warningsOf(alone))).toEqual(['monitored_account'])
    expect(keysIn(errorsOf(account(single)))).toEqual(['monitored_account'])
  })

  test('several accounts keep their order', () =>
    expect(
      accepted(account('  - { id: PRAC-B, name: B, account_type: practice, enabled: false }')).accounts.map(
        ({ id, enabled }) => [id, enabled],
      ),
    ).toEqual([
      [7001001, true],
      ['PRAC-B', false],
    ]))
})

describe('api_config.yaml', () => {
  test.each([
    ['api_url: http://api.topstepx.com', 'api_url'],
    ['api_url: api.topstepx.com', 'api_url'],
    ['api_url: wss://api.topstepx.com', 'api_url'],
    ['api_url: ftp://127.0.0.1', 'api_url'],
    ['api_url: https://user:pw@api.topstepx.com', 'api_url'],
    ['api_url: https://api.topstepx.com?token=x', 'api_url'],
    ['user_hub_url: ws://rtc.topstepx.com/hubs/user', 'user_hub_url'],
    ['market_hub_url: http://127.0.0.1.evil.com/hubs/market', 'market_hub_url'],
    ['api_url: http://10.0.0.1', 'api_url'],
    ['environment: sandbox', 'environment'],
    ['timeouts: { connect_s: 0 }', 'timeouts.connect_s'],
    ['timeouts: { request_s: 41 }', 'timeouts.request_s'],
    ['timeouts: { read_s: 5 }', 'timeouts.read_s'],
    ['retry: { max_attempts: 0 }', 'retry.max_attempts'],
    ['retry: { multiplier: 0.5 }', 'retry.multiplier'],
    ['reconnect: { max_attempts: 5 }', 'reconnect.max_attempts'],
    ['rate_limit: { budget: 201 }', 'rate_limit.budget'],
    ['rate_limit: { budget: 60, reserved_for_enforcement: 60 }', 'rate_limit.reserved_for_enforcement'],
    ['rate_limit: { window_s: 59 }', 'rate_limit.window_s'],
    ['circuit_breaker: { failures: 0 }', 'circuit_breaker.failures'],
    ['token: { renew_at_fraction_left: 0.01 }', 'token.renew_at_fraction_left'],
    ['token: { renew_at_fraction_left: 1 }', 'token.renew_at_fraction_left'],
    ['cache: { contract_ttl_h: 0 }', 'cache.contract_ttl_h'],
    ['logging: { responses: no }', 'logging.responses'],
    ['tls: { verify: false }', 'tls.verify'],
    ['tls: { ca_file: "" }', 'tls.ca_file'],
  ])('%s', (text, keyPath) => expect(keysIn(errorsOf(api(text)))).toEqual([keyPath]))

  test('the simulator must be on this machine, with all three addresses', () =>
    expect(keysIn(errorsOf(api('environment: simulator\napi_url: http://127.0.0.1:5080')))).toEqual([
      'user_hub_url',
      'market_hub_url',
    ]))

  test.each(['http://localhost:5080', 'http://127.0.0.1:5080', 'http://[::1]:5080', 'https://localhost'])(
    '%s is this machine',
    (url) => expect(errorsOf(api(`api_url: ${url}`))).toEqual([]),
  )

  test('socket addresses become those that the client wants', () =>
    expect(accepted(api('user_hub_url: wss://rtc.firm.projectx.com/hubs/user/')).api.userHubUrl).toBe(
      'https://rtc.firm.projectx.com/hubs/user',
    ))

  test('/api at the end is left out, with a warning', () => {
    const files = api('api_url: https://api.topstepx.com/api/')
    expect(accepted(files).api.apiUrl).toBe('https://api.topstepx.com')
    expect(warningsOf(files)).toEqual(['api_config.yaml:1:10 api_url'])
  })

  test('a credential in an address is not shown', () => {
    const password = 'hunter2'
    const found = diagnosticsOf(api(`api_url: https://user:${password}@api.topstepx.com`), 'error')
    expect(JSON.stringify(found)).not.toContain(password)
  })
})

describe('what YAML reads and a limit must not be', () => {
  test.each([
    [rule('max_contracts', '{ limit: -5 }'), 'rules.max_contracts.limit'],
    [rule('daily_realized_loss', '{ limit: 500 }'), 'rules.daily_realized_loss.limit'],
    [rule('daily_realized_profit', '{ target: -500 }'), 'rules.daily_realized_profit.target'],
    [session('{ start: 0800 }'), 'session_hours.start'],
    [session('{ start: 30600 }'), 'session_hours.start'],
    [dailyReset('time: 17'), 'daily_reset.time'],
  ])('%j is refused (C-06)', (files, keyPath) => expect(keysIn(errorsOf(files))).toEqual([keyPath]))

  test('08:00 without quotes is a time and no number of minutes (C-06)', () =>
    expect(errorsOf(session('{ start: 08:00 }'))).toEqual(errorsOf(session('{ start: "08:00" }'))))
})
