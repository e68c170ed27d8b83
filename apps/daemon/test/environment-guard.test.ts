import { expect, test } from 'vitest'
import { guardEnvironment } from '../src/environment-guard.ts'

const TOPSTEPX = ['api.topstepx.com', 'rtc.topstepx.com']

test.each([
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
])('%s is refused for a gateway elsewhere and told for one on this machine (X-08)', (name) => {
  expect(() => guardEnvironment({ [name]: 'x' }, TOPSTEPX)).toThrow(name)
  expect(guardEnvironment({ [name]: 'x' }, ['127.0.0.1', 'localhost'])).toHaveLength(1)
  expect(guardEnvironment({ [name]: '' }, TOPSTEPX)).toEqual([])
})

test.each(['--require /tmp/x.js', '-r ./x.js', '--no-warnings --import=x', '--loader x', '--inspect-brk'])(
  'foreign code is refused for every gateway: %s',
  (options) => {
    expect(() => guardEnvironment({ NODE_OPTIONS: options }, ['127.0.0.1'])).toThrow('NODE_OPTIONS')
  },
)

test('one host elsewhere is enough (G-18)', () => {
  expect(() => guardEnvironment({ NODE_OPTIONS: '--inspect' }, ['127.0.0.1', 'rtc.topstepx.com'])).toThrow(
    'NODE_OPTIONS',
  )
})

test('a plain environment is nothing to speak of', () => {
  expect(guardEnvironment({ PATH: '/usr/bin', PROJECTX_USERNAME: 'trader' }, TOPSTEPX)).toEqual([])
})
