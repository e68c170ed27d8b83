import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import {
  CHANGES_PATH,
  PROBLEM_TYPE,
  type Problem,
  type Role,
  type RouteName,
  ROUTES,
  socketPath,
} from '@rm/control-api'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CallRefused, PROBLEMS, type ProblemType } from './call-refused.ts'
import type { Handlers } from './control-handlers.ts'

/** Limits against callers who send too much, too slowly or too often (reliability X-10). */
const BODY_BYTES_MAX = 64 * 1024
const CALL_MS_MAX = 5_000
const CONNECTIONS_MAX = 64
/** All callers of the trader's socket together: whoever reads in a loop must not cost the enforcement its turn (reliability X-10, B-9). */
const TRADER_CALLS_A_SECOND = 30

/** Whoever may enter the folder may go through it to the trader's socket. */
const FOLDER_MODE = 0o711
const ROLES: readonly Role[] = ['admin', 'trader']
const SOCKET_MODES: Readonly<Record<Role, number>> = { admin: 0o600, trader: 0o666 }

export interface ControlServerOptions {
  /** Where the sockets are. */
  readonly folder: string
  readonly handlers: Handlers
  /** Told of a call that the caller's role does not allow. */
  readonly onDenied: (route: string, role: Role) => void
  /** Told of a call that failed for a reason of ours. */
  readonly onFailed: (route: string, error: unknown) => void
  /** Takes over the answer of a caller who wants to hear of changes. */
  readonly onFollower: (request: FastifyRequest, reply: FastifyReply) => void
  /** Pages of text by path, for monitoring. */
  readonly pages: Readonly<Record<string, () => Promise<Page> | Page>>
}

export interface Page {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** The local API on its two sockets. The socket is the role: Node tells nothing of who is at the other end (reliability 4.2). */
export class ControlServer {
  readonly #options: ControlServerOptions
  readonly #servers: readonly FastifyInstance[]

  private constructor(options: ControlServerOptions, servers: readonly FastifyInstance[]) {
    this.#options = options
    this.#servers = servers
  }

  /** Listens. Rejects with what the operating system says. */
  static async listen(options: ControlServerOptions): Promise<ControlServer> {
    if (process.platform !== 'win32') makeFolder(options.folder)
    const servers: FastifyInstance[] = []
    try {
      for (const role of ROLES) {
        const server = await serverFor(role, options)
        servers.push(server)
        await listenAt(server, socketPath(options.folder, role), role)
      }
    } catch (error) {
      await Promise.all(servers.map((server) => server.close()))
      throw error
    }
    return new ControlServer(options, servers)
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()))
    if (process.platform === 'win32') return
    for (const role of ROLES) rmSync(socketPath(this.#options.folder, role), { force: true })
  }
}

/** A folder that somebody else has made keeps the rights that he gave it. */
function makeFolder(folder: string): void {
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined
  // The process's own mask takes away what others shall have here.
  if (isNew) chmodSync(folder, FOLDER_MODE)
}

async function listenAt(server: FastifyInstance, path: string, role: Role): Promise<void> {
  // This process alone has the store, so a socket that is there belongs to one that was killed.
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const before = process.umask(0o777 & ~SOCKET_MODES[role])
  try {
    await server.listen({ path })
  } finally {
    process.umask(before)
  }
  if (process.platform !== 'win32') chmodSync(path, SOCKET_MODES[role])
}

async function serverFor(role: Role, options: ControlServerOptions): Promise<FastifyInstance> {
  const server = Fastify({ bodyLimit: BODY_BYTES_MAX, requestTimeout: CALL_MS_MAX, forceCloseConnections: true })
  server.server.maxConnections = CONNECTIONS_MAX
  server.server.headersTimeout = CALL_MS_MAX
  if (role === 'trader') {
    await server.register(rateLimit, { max: TRADER_CALLS_A_SECOND, timeWindow: 1_000, keyGenerator: () => role })
  }
  for (const name of Object.keys(ROUTES) as RouteName[]) addRoute(server, name, role, options)
  server.get(CHANGES_PATH, (request, reply) => {
    reply.hijack()
    options.onFollower(request, reply)
  })
  for (const [path, page] of Object.entries(options.pages)) {
    server.get(path, async (_request, reply) => {
      const { status, type, text } = await page()
      return reply.code(status).type(type).send(text)
    })
  }
  server.setNotFoundHandler((request, reply) => answerProblem(reply, 'not-found', `${request.method} ${request.url}`))
  server.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof CallRefused) return answerProblem(reply, error.type, error.message)
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return answerProblem(reply, 'too-large', error.message)
    if (error.statusCode === 429) return answerProblem(reply, 'too-many', error.message)
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return answerProblem(reply, 'invalid-input', error.message)
    }
    options.onFailed(request.url, error)
    return answerProblem(reply, 'not-possible', error.message)
  })
  return server
}

function addRoute(server: FastifyInstance, name: RouteName, role: Role, options: ControlServerOptions): void {
  const route = ROUTES[name]
  server.route({
    method: route.method,
    url: route.path,
    handler: (request) => {
      if (route.role === 'admin' && role !== 'admin') {
        options.onDenied(name, role)
        throw new CallRefused('forbidden', 'call it on admin.sock, as the user of the daemon')
      }
      const given = route.method === 'GET' ? request.query : (request.body ?? {})
      return answer(name, given, options.handlers)
    },
  })
}

/** One route: what it is given is checked, what it answers is written as the contract says. */
function answer<Name extends RouteName>(name: Name, given: unknown, handlers: Handlers): unknown {
  const { input, output } = ROUTES[name]
  const parsed = input.safeParse(given)
  if (!parsed.success) throw new CallRefused('invalid-input', z.prettifyError(parsed.error))
  // The handler of that name; TypeScript does not follow the name through two tables.
  const handle = handlers[name] as (input: unknown) => unknown
  return z.encode(output as z.ZodType, handle(parsed.data))
}

function answerProblem(reply: FastifyReply, type: ProblemType, detail: string): FastifyReply {
  const { status, title } = PROBLEMS[type]
  const problem: Problem = { type, title, status, detail }
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}
