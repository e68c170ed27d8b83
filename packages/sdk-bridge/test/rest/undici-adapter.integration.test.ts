import { type AxiosInstance, create, isAxiosError, isCancel } from 'axios'
import { Pool } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { undiciAdapter } from '../../src/rest/undici-adapter.ts'
import { type Reaction, ScriptedGateway } from '../scripted-gateway.ts'

let far: ScriptedGateway
let pool: Pool
let client: AxiosInstance
beforeEach(async () => {
  far = await ScriptedGateway.start()
  pool = new Pool(far.url, { connect: { timeout: 200 } })
  client = create({ adapter: undiciAdapter({ dispatcher: pool, basePath: '/base', answerMs: 150 }) })
})
afterEach(async () => {
  await pool.destroy()
  await far.stop()
})

async function failure(
  request: Promise<unknown>,
): Promise<{ code: string | undefined; sent: unknown; status: number | undefined }> {
  const error: unknown = await request.catch((reason: unknown) => reason)
  if (!isAxiosError(error)) throw new Error(`expected an axios error, got ${String(error)}`)
  return { code: error.code, sent: error.request?.sent, status: error.response?.status }
}

test('a post brings path, body and headers there, and status, headers and text back', async () => {
  far.on('/base/thing', ({ body, token }) => ({ status: 201, headers: { 'X-Answer': 'yes' }, body: { body, token } }))
  const response = await client.post('/thing', { size: 2 }, { headers: { Authorization: 'Bearer abc' } })
  expect(response.status).toBe(201)
  expect(response.headers['x-answer']).toBe('yes')
  expect(response.data).toEqual({ body: { size: 2 }, token: 'abc' })
})

test('a body that comes in many parts is put together', async () => {
  const text = 'ä€😀'.repeat(200_000)
  far.on('/base/thing', () => ({ body: text }))
  expect((await client.get('/thing')).data).toBe(text)
})

test.each<[number, string]>([
  [404, 'ERR_BAD_REQUEST'],
  [503, 'ERR_BAD_RESPONSE'],
])('status %i that does not validate fails with %s and keeps the response', async (status, code) => {
  far.on('/base/thing', () => ({ status }))
  expect(await failure(client.get('/thing'))).toEqual({ code, sent: true, status })
  const tolerant = await client.get('/thing', { validateStatus: null })
  expect(tolerant.status).toBe(status)
})

test.each<[string, Reaction, number, string]>([
  ['no headers in time', 'hang', 0, 'ECONNABORTED'],
  ['no answer before the total deadline', 'hang', 40, 'ECONNABORTED'],
  ['a reset', 'reset', 0, 'UND_ERR_SOCKET'],
  ['a cut body', 'cut', 0, 'UND_ERR_SOCKET'],
])('%s is an error after sending', async (_, reaction, timeout, code) => {
  far.on('/base/thing', () => reaction)
  const { sent, ...error } = await failure(client.get('/thing', { timeout }))
  expect(sent).toBe(true)
  expect([code, 'ECONNRESET']).toContain(error.code)
})

test('nobody listening is an error before sending', async () => {
  await far.stop()
  expect(await failure(client.get('/thing'))).toEqual({ code: 'ECONNREFUSED', sent: false, status: undefined })
  far = await ScriptedGateway.start()
})

test('a request whose deadline passes while it waits for a connection is never sent', async () => {
  await pool.destroy()
  pool = new Pool(far.url, { connections: 1 })
  client = create({ adapter: undiciAdapter({ dispatcher: pool, basePath: '', answerMs: 150 }) })
  far.on('/slow', () => 'hang')
  far.on('/late', () => ({}))
  const slow = failure(client.get('/slow'))
  expect(await failure(client.get('/late', { timeout: 30 }))).toMatchObject({ code: 'ECONNABORTED', sent: false })
  await slow
  expect(far.requestsTo('/late')).toHaveLength(0)
})

test('a signal ends the request as cancelled', async () => {
  far.on('/base/thing', () => 'hang')
  const controller = new AbortController()
  const request = client.get('/thing', { signal: controller.signal }).catch((error: unknown) => error)
  await far.until(() => far.requests.length === 1)
  controller.abort()
  expect(isCancel(await request)).toBe(true)
})
