import { type ConnectionFacts, later } from '@rm/domain'
import { anAccount, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { authLossGuard } from '../src/auth-loss-guard.ts'
import { aContext, aView, held, NOW, type ViewInputs } from './account-views.ts'

const { MNQ } = contracts
const exposed = { positions: [held(MNQ, 2)] }

function verdictOf(view: ViewInputs, settings: object = {}) {
  return authLossGuard.evaluate(authLossGuard.settings.parse(settings), aView(view), aContext())
}

/** Something that has been away for so many milliseconds. */
function away(what: keyof ConnectionFacts, ms: number): Pick<ViewInputs, 'connection'> {
  return { connection: { [what]: later(NOW, -ms) } }
}

function check(view: ViewInputs, expected: readonly (readonly [string, string])[], settings: object = {}): void {
  const { findings } = verdictOf(view, settings)
  expect(findings.map(({ scope, alert }) => [scope, alert?.severity])).toEqual(expected)
  for (const { scope, goals, lockout } of findings)
    if (scope !== 'account') expect([goals, lockout]).toEqual([[], null])
}

const tierAfter = (ms: number) => verdictOf({ ...exposed, ...away('userStreamDownSince', ms) }).findings[0]?.tier

describe('a connection that is gone', () => {
  test.each<[string, ViewInputs, readonly (readonly [string, string])[]]>([
    ['1: for three seconds is only logged', away('userStreamDownSince', 3_000), []],
    ['a millisecond short', away('userStreamDownSince', 4_999), []],
    ['2: for five seconds', away('userStreamDownSince', 5_000), [['connection:user', 'warning']]],
    [
      '2: for a minute with a position',
      { ...exposed, ...away('userStreamDownSince', 60_000) },
      [['connection:user', 'critical']],
    ],
    ['for an hour without one', away('userStreamDownSince', 3_600_000), [['connection:user', 'warning']]],
    ['to the market', away('marketStreamDownSince', 5_000), [['connection:market', 'warning']]],
    ['3: by a refused login, at once', away('authenticationLostSince', 0), [['connection:login', 'error']]],
    [
      'by a refused login for a minute with a position',
      { ...exposed, ...away('authenticationLostSince', 60_000) },
      [['connection:login', 'critical']],
    ],
    ['to an account that is no longer listed', away('unlistedSince', 0), [['connection:listing', 'error']]],
  ])('%s', (_name, view, expected) => check(view, expected))

  test('worsens into a new breach, so that it alerts again', () => {
    expect([tierAfter(5_000), tierAfter(60_000)]).toEqual([1, 2])
  })

  test('says what to do', () => {
    const [finding] = verdictOf(away('authenticationLostSince', 0)).findings
    expect(finding?.alert?.text).toContain('renew the API key')
  })

  test('is not told when that is turned off', () => {
    check(away('userStreamDownSince', 90_000), [], { alert_on_disconnect: false })
    check(away('marketStreamDownSince', 90_000), [], { alert_on_disconnect: false })
    check(away('authenticationLostSince', 90_000), [], { alert_on_auth_failure: false })
  })

  test('is looked at again when it has lasted long enough, and when it becomes critical', () => {
    const settings = authLossGuard.settings.parse({})
    const next = (ms: number) => authLossGuard.nextCheck(settings, aView(away('userStreamDownSince', ms)), aContext())
    expect(next(1_000)).toBe(later(NOW, 4_000))
    expect(next(5_000)).toBe(later(NOW, 55_000))
    expect(next(60_000)).toBeNull()
    expect(authLossGuard.nextCheck(settings, aView(), aContext())).toBeNull()
  })
})

describe('an account that may not trade', () => {
  const barred = { account: anAccount({ canTrade: false }) }

  test('is locked until the firm says otherwise', () => {
    const { findings } = verdictOf(barred)
    expect(findings).toMatchObject([
      {
        scope: 'account',
        goals: [{ kind: 'flat-account' }],
        lockout: { scope: 'account', effect: 'flat', until: { kind: 'can-trade' } },
        alert: { severity: 'error', code: 'cannot-trade' },
      },
    ])
  })

  test('4: is a level: told twice it is found the same', () => expect(verdictOf(barred)).toEqual(verdictOf(barred)))

  test('is only told when that is wanted', () =>
    expect(verdictOf(barred, { on_cannot_trade: 'alert' }).findings).toMatchObject([
      { goals: [], lockout: null, alert: { code: 'cannot-trade' } },
    ]))

  test('that was never described is no pass', () => {
    expect(verdictOf({ account: null }).blind).toEqual(['the gateway has not described the account yet'])
    expect(verdictOf({}).blind).toEqual([])
  })
})

test.each([
  [{ disconnect_alert_after_seconds: 601 }],
  [{ disconnect_alert_after_seconds: -1 }],
  [{ check_interval_seconds: 9 }],
  [{ on_cannot_trade: 'permanent' }],
])('%j is refused', (settings) => expect(authLossGuard.settings.safeParse(settings).success).toBe(false))
