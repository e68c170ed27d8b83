import { ROUTES } from '@rm/control-api'
import * as fc from 'fast-check'
import { callText } from './raw-call.ts'

/** A call that nobody sends who means well. */
export interface HostileCall {
  /** What is wrong with it, for whoever reads the finding. */
  readonly trick: string
  readonly text: string
}

/** The routes that act: with a body that is understood they would do what they are for. */
const ACTING: ReadonlySet<string> = new Set(
  Object.values(ROUTES).flatMap(({ method, path }) => (method === 'POST' ? [path] : [])),
)
const PATHS = Object.values(ROUTES).map(({ path }) => path)
const READING = PATHS.filter((path) => !ACTING.has(path))

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'BREW', 'get'] as const
const SQL = [
  "1' OR '1'='1",
  "'; DROP TABLE lockout; --",
  '1; ATTACH DATABASE "/tmp/x" AS x',
  "' UNION SELECT * FROM sqlite_master --",
  '%27%3B%20DELETE%20FROM%20audit%3B--',
] as const
const ESCAPES = [
  '../../etc/passwd',
  '..%2f..%2fstate.db',
  '%2e%2e/%2e%2e/',
  '....//',
  '%00',
  '%c0%af',
  '//',
  ';/v1/stop',
  '.%0d%0a',
] as const
const HEADERS = [
  'Content-Length: 5\r\nContent-Length: 50',
  'Transfer-Encoding: chunked\r\nContent-Length: 3',
  'Transfer-Encoding: xchunked',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Type: text/xml',
  'Content-Type: application/json; charset=utf-7',
  'X-HTTP-Method-Override: DELETE',
  'Expect: 100-continue',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Host: a\r\nHost: b',
  `X-Long: ${'a'.repeat(20_000)}`,
  'X-Null: a\0b',
  ' folded: yes',
  'No colon',
] as const
const BROKEN_JSON = [
  '{',
  '[',
  '{"a":',
  'nul',
  '"\\u00"',
  '{"yes":tru',
  '\u0000',
  '{"a":1}}',
  '[[[[',
  "{'yes':true}",
] as const
/** What JSON allows and no route takes; also what would lead to another prototype. */
const FOREIGN_JSON = [
  '[]',
  '0',
  '"text"',
  '[{"yes":true}]',
  '{"__proto__":{"yes":true},"account":1}',
  '{"yes":"x","id":5,"account":[]}',
] as const
const HUGE = 200_000

const query = fc.record({
  name: fc.constantFrom('id', 'limit', 'after', 'x', '__proto__', 'constructor'),
  value: fc.oneof(fc.constantFrom(...SQL, '-1', '1e309', 'NaN', '9007199254740993', ''), fc.string()),
})

/** Each kind as often as the others. Nothing here is a call that a route would obey. */
const hostileCall: fc.Arbitrary<HostileCall> = fc.oneof(
  fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom(...READING)).map(([method, path]) => ({
    trick: 'odd method',
    text: callText(method, path),
  })),
  fc.tuple(fc.constantFrom(...READING), query).map(([path, { name, value }]) => ({
    trick: 'SQL and odd values in the query',
    text: callText('GET', `${path}?${name}=${encodeURIComponent(value.toWellFormed())}`),
  })),
  fc.tuple(fc.constantFrom(...PATHS, '/', '/v1/'), fc.constantFrom(...ESCAPES, ...SQL)).map(([path, trick]) => ({
    trick: 'trick in the path',
    text: callText('GET', `${path}${trick.replaceAll(' ', '+')}`),
  })),
  fc.tuple(fc.constantFrom(...ACTING), fc.constantFrom(...BROKEN_JSON)).map(([path, body]) => ({
    trick: 'malformed JSON',
    text: callText('POST', path, body),
  })),
  fc.tuple(fc.constantFrom(...ACTING), fc.constantFrom(...FOREIGN_JSON)).map(([path, body]) => ({
    trick: 'JSON of another shape',
    text: callText('POST', path === ROUTES.reload.path ? ROUTES.acknowledge.path : path, body),
  })),
  fc.constantFrom(...SQL).map((id) => ({
    trick: 'SQL in an id',
    text: callText('POST', ROUTES.acknowledge.path, JSON.stringify({ id })),
  })),
  fc.tuple(fc.constantFrom(...ACTING), fc.constantFrom('{"x":"', '[')).map(([path, start]) => ({
    trick: 'huge body',
    text: callText('POST', path, start.padEnd(HUGE, start)),
  })),
  fc.tuple(fc.constantFrom(...READING), fc.constantFrom(...HEADERS)).map(([path, header]) => ({
    trick: 'trick in the headers',
    text: callText('GET', path, '', [header]),
  })),
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => ({
    trick: 'no HTTP at all',
    text: `${Buffer.from(bytes).toString('latin1')}\r\n\r\n`,
  })),
)

/** So many hostile calls; a seed means the same ones for ever. */
export function hostileCalls(count: number, seed: number): readonly HostileCall[] {
  return fc.sample(hostileCall, { numRuns: count, seed })
}
