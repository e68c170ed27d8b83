import dns from 'node:dns'
import { measured } from '@rm/package-config/measured'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { accountIdOf } from '../src/to-domain.ts'
import { bridgeTo, EventLog } from './bridge-setup.ts'
import { envelope, ScriptedGateway } from './scripted-gateway.ts'
import { account } from './wire/samples.ts'

const ACCOUNT = accountIdOf(account.id)
const ACCOUNTS = '/api/Account/search'

/** Where the name of the gateway leads to; nowhere when `null`. */
let address: string | null

beforeEach(() => {
  const real = dns.lookup
  vi.spyOn(dns, 'lookup').mockImplementation(((name: string, options: dns.LookupOptions, answer: Answer) => {
    if (name !== 'localhost') real(name, options, answer)
    else if (address === null) answer(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), [])
    else if (options.all === true) answer(null, [{ address, family: 4 }])
    else answer(null, address, 4)
  }) as typeof dns.lookup)
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Answer = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void

test('a name that leads nowhere for a while, then to another address, is asked anew for every connection (G-19)', async ({
  task,
}) => {
  address = '127.0.0.1'
  await using first = await ScriptedGateway.start()
  await using second = await ScriptedGateway.start(first.port, '127.0.0.2')
  for (const gateway of [first, second]) gateway.on(ACCOUNTS, () => envelope({ accounts: [account] }))
  const events = new EventLog()
  const restored = (): number => events.of('stream-restored').length
  await using bridge = bridgeTo(first, {
    apiUrl: `http://localhost:${first.port}`,
    userHubUrl: `http://localhost:${first.port}/hubs/user`,
    marketHubUrl: `http://localhost:${first.port}/hubs/market`,
  })
  await bridge.gateway.login()
  bridge.gateway.connect([ACCOUNT], events.sink)
  await events.until(() => restored() === 2)

  address = null
  await first.stop()
  await events.until(() => events.of('stream-lost').length === 2)
  await expect(bridge.gateway.accounts()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' })

  address = '127.0.0.2'
  const movedAt = performance.now()
  await events.until(() => restored() === 4)
  expect(await bridge.gateway.accounts()).toHaveLength(1)
  measured(task, performance.now() - movedAt)
  expect(second.connectionsOf('user')).toBe(1)
  expect(second.requestsTo(ACCOUNTS).length).toBeGreaterThan(0)
})
