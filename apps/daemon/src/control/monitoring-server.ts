import { PROBLEM_TYPE } from '@rm/control-api'
import Fastify, { type FastifyInstance } from 'fastify'
import { PROBLEMS } from './call-refused.ts'
import type { Page } from './control-server.ts'

/** Limits as on the sockets (reliability X-10). */
const CONNECTIONS_MAX = 64
const CALL_MS_MAX = 5_000

/**
 * The pages for monitoring on a port of this machine: Prometheus opens no Unix socket. Nothing can be ordered here, and a page of the
 * trader's browser is not answered: it names another host or an origin (DNS rebinding, reliability X-03).
 */
export async function listenForMonitoring(
  port: number,
  pages: Readonly<Record<string, () => Promise<Page> | Page>>,
): Promise<FastifyInstance> {
  const server = Fastify({ requestTimeout: CALL_MS_MAX, forceCloseConnections: true })
  server.server.maxConnections = CONNECTIONS_MAX
  server.server.headersTimeout = CALL_MS_MAX
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  server.addHook('onRequest', async (request, reply) => {
    const { host = '', origin, 'sec-fetch-site': site } = request.headers
    if (hosts.has(host) && origin === undefined && (site === undefined || site === 'none')) return
    const { status, title } = PROBLEMS.forbidden
    const problem = { type: 'forbidden', title, status, detail: 'only programs of this machine are answered here' }
    await reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
  })
  for (const [path, page] of Object.entries(pages)) {
    server.get(path, async (_request, reply) => {
      const { status, type, text } = await page()
      return reply.code(status).type(type).send(text)
    })
  }
  await server.listen({ host: '127.0.0.1', port })
  return server
}
