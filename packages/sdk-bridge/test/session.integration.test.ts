import { inspect } from 'node:util'
import { RmError } from '@rm/domain'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accountIdOf, contractIdOf } from '../src/to-domain.ts'
import { API_KEY, bridgeTo, EventLog } from './bridge-setup.ts'
import { envelope, type Reaction, refusal, ScriptedGateway, tokenText } from './scripted-gateway.ts'
import { account } from './wire/samples.ts'

const LOGIN = '/api/Auth/loginKey'
const VALIDATE = '/api/Auth/validate'
const ACCOUNTS = '/api/Account/search'
const CLOSE = '/api/Position/closeContract'

const close = {
  kind: 'close-position',
  accountId: accountIdOf(account.id),
  contractId: contractIdOf('CON.F.US.MNQ.Z26'),
} as const

let far: ScriptedGateway
beforeEach(async () => {
  far = await ScriptedGateway.start()
  far.on(ACCOUNTS, () => envelope({ accounts: [account] }))
})
afterEach(() => far.stop())

describe('the login', () => {
  test.each([
    [1, 'UserNotFound'],
    [3, 'InvalidCredentials'],
    [8, 'UnknownError'],
    [9, 'ApiSubscriptionNotFound'],
    [10, 'ApiKeyAuthenticationDisabled'],
    [77, 'unknown(77)'],
  ])('with code %i is rejected with the name %s and the words of the gateway', async (code, name) => {
    far.on(LOGIN, () => refusal(code, 'Not today.'))
    await using bridge = bridgeTo(far)
    await expect(bridge.gateway.login()).rejects.toMatchObject({
      code: 'GATEWAY_AUTH_REJECTED',
      message: expect.stringContaining(`${name} (${code}): Not today.`),
    })
    expect(far.requestsTo(LOGIN)).toHaveLength(1)
  })

  test.each<[string, Parameters<ScriptedGateway['on']>[1]]>([
    ['a server error', () => ({ status: 503, body: '<html>maintenance</html>' })],
    ['HTML with status 200', () => ({ body: '<html></html>' })],
    ['no answer', () => 'hang'],
    ['a cut connection', () => 'reset'],
  ])('answered by %s means unreachable', async (_, script) => {
    far.on(LOGIN, script)
    await using bridge = bridgeTo(far)
    await expect(bridge.gateway.login()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' })
  })

  test('at a host that does not listen means unreachable', async () => {
    await using bridge = bridgeTo(far)
    await far.stop()
    await expect(bridge.gateway.login()).rejects.toThrow(RmError)
    far = await ScriptedGateway.start()
  })

  test('never writes the key, even when the gateway repeats it', async () => {
    far.on(LOGIN, () => refusal(3, `The key ${API_KEY} is unknown.`))
    await using bridge = bridgeTo(far)
    const error: unknown = await bridge.gateway.login().catch((reason: unknown) => reason)
    expect(String(error)).toContain('The key *** is unknown.')
    expect(JSON.stringify(bridge.log)).not.toContain(API_KEY)
  })

  test.each<Reaction>(['hang', 'reset', 'cut', { body: '<html></html>' }])(
    'leaves no key in an error, however deep one looks, after %s',
    async (reaction) => {
      far.on(LOGIN, () => reaction)
      await using bridge = bridgeTo(far)
      const error: unknown = await bridge.gateway.login().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(RmError)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(API_KEY)
    },
  )
})

describe('a token that the gateway no longer accepts', () => {
  test('is replaced by one login for a hundred readers, who all get their answer (A-02)', async () => {
    await using bridge = bridgeTo(far, {
      rateBudget: { windowMs: 60_000, requests: 1_000, reservedForEnforcement: 60 },
    })
    await bridge.gateway.login()
    const dead = tokenText('login-1')
    far.on('/api/Contract/searchById', ({ token }) => (token === dead ? { status: 401 } : envelope({ contract: null })))
    const readers = Array.from({ length: 100 }, (_, index) =>
      bridge.gateway.contract(contractIdOf(`CON.F.US.X${index}.Z26`)),
    )
    expect(await Promise.all(readers)).toEqual(readers.map(() => null))
    expect(far.requestsTo(LOGIN)).toHaveLength(2)
  })

  test('makes a command go out again, once (A-03)', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const dead = tokenText('login-1')
    far.on(CLOSE, ({ token }) => (token === dead ? { status: 401 } : envelope()))
    expect(await bridge.gateway.send(close, 'c1')).toEqual({ kind: 'accepted' })
    expect(far.requestsTo(CLOSE)).toHaveLength(2)
  })

  test('twice in a row means that the command was not taken', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    far.on(CLOSE, () => ({ status: 401 }))
    expect((await bridge.gateway.send(close, 'c1')).kind).toBe('not-sent')
    expect(far.requestsTo(CLOSE)).toHaveLength(2)
  })

  test('and a key that is gone too: told once, and tried again until it is back (A-08)', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const events = new EventLog()
    bridge.gateway.connect([accountIdOf(account.id)], events.sink)
    await events.until(() => events.of('stream-restored').length === 2)
    let revoked = true
    far.on(LOGIN, () => (revoked ? refusal(3) : envelope({ token: tokenText('new key') })))
    far.on(ACCOUNTS, ({ token }) =>
      token === tokenText('new key') ? envelope({ accounts: [account] }) : { status: 401 },
    )
    await expect(bridge.gateway.accounts()).rejects.toMatchObject({ code: 'GATEWAY_AUTH_REJECTED' })
    await expect(bridge.gateway.accounts()).rejects.toMatchObject({ code: 'GATEWAY_AUTH_REJECTED' })
    expect(events.of('authentication-lost')).toHaveLength(1)
    expect(far.requestsTo(LOGIN)).toHaveLength(2)
    revoked = false
    await events.until(() => events.of('stream-restored').length === 4)
    expect(await bridge.gateway.accounts()).toHaveLength(1)
    expect(far.upgrades.slice(-2)).toEqual([tokenText('new key'), tokenText('new key')])
  })
})

describe('renewal', () => {
  const START = Date.parse('2026-11-04T18:00:00Z')
  const LIFE_S = 86_400

  /** Logs in at a gateway whose time the test sets; the bridge looks after its token whenever its timers are run. */
  async function loggedIn(claims: { readonly exp: number | null }) {
    // Only intervals: the sockets and the deadlines are real.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let now = START
    far.date = () => now
    far.on(LOGIN, () => envelope({ token: tokenText(`at ${now - START}`, claims.exp === null ? null : claims.exp) }))
    let elapsed = 0
    const bridge = bridgeTo(far, { monotonic: () => elapsed })
    await bridge.gateway.login()
    return {
      bridge,
      passTo: async (ms: number, arrived: () => boolean): Promise<void> => {
        elapsed = ms
        now = START + ms
        vi.advanceTimersByTime(15_000)
        await far.until(arrived)
      },
      lookAfter: (ms: number): void => {
        elapsed = ms
        now = START + ms
        vi.advanceTimersByTime(15_000)
      },
    }
  }
  afterEach(() => {
    vi.useRealTimers()
  })

  test('happens when a quarter of the life is left, not before, and the next request has the new token', async () => {
    far.on(VALIDATE, () => envelope({ newToken: tokenText('renewed', START / 1_000 + 2 * LIFE_S) }))
    const { bridge, passTo, lookAfter } = await loggedIn({ exp: START / 1_000 + LIFE_S })
    await using _ = bridge
    lookAfter(0.74 * LIFE_S * 1_000)
    await bridge.gateway.accounts()
    expect(far.requestsTo(VALIDATE)).toHaveLength(0)
    await passTo(0.76 * LIFE_S * 1_000, () => far.requestsTo(VALIDATE).length === 1)
    await vi.waitFor(async () => {
      await bridge.gateway.accounts()
      expect(far.requestsTo(ACCOUNTS).at(-1)?.token).toBe(tokenText('renewed', START / 1_000 + 2 * LIFE_S))
    })
    expect(far.requestsTo(LOGIN)).toHaveLength(1)
  })

  test('happens every hour when the token does not say how long it lives (A-06)', async () => {
    far.on(VALIDATE, () => envelope({ newToken: tokenText('renewed', null) }))
    const { bridge, passTo, lookAfter } = await loggedIn({ exp: null })
    await using _ = bridge
    lookAfter(3_599_000)
    await bridge.gateway.accounts()
    expect(far.requestsTo(VALIDATE)).toHaveLength(0)
    await passTo(3_600_000, () => far.requestsTo(VALIDATE).length === 1)
  })

  test.each<[string, Parameters<ScriptedGateway['on']>[1]]>([
    ['whose answer was lost', () => 'reset'],
    ['that was refused with 401', () => ({ status: 401 })],
    ['of an unknown session', () => refusal(2)],
    ['of an expired token', () => refusal(3)],
    ['answered with HTML', () => ({ body: '<html></html>' })],
  ])('%s ends in a fresh login', async (_name, script) => {
    far.on(VALIDATE, script)
    const session = await loggedIn({ exp: START / 1_000 + LIFE_S })
    await using _ = session.bridge
    await session.passTo(0.8 * LIFE_S * 1_000, () => far.requestsTo(LOGIN).length === 2)
    expect(far.requestsTo(VALIDATE)).toHaveLength(1)
  })
})
