import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { PROGRAMS } from '../../src/program-files.ts'

/** What a planted daemon does to its own requests: the body of a function of `route`, `body` and `forward`, which sends one on. */
interface Detour {
  readonly folder: string
  readonly name: string
  readonly work: string
}

/**
 * A build of the daemon whose requests take a detour inside its own process, where they are lost, doubled, turned into others or made to wait. The
 * rest of it is the program of this checkout.
 */
export function daemonWithDetour({ folder, name, work }: Detour): string {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
const gateway = process.env.SIM_API_URL
const done = { status: 200, text: JSON.stringify({ success: true, errorCode: 0, errorMessage: null }) }
const detour = async (route, body, forward) => { ${work} }
const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const headers = { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' }
  const forward = async (to = request.url, sent = text) => {
    const init = request.method === 'GET' ? {} : { body: sent }
    const answer = await fetch(gateway + to, { method: request.method, headers, ...init })
    response.setHeader('date', answer.headers.get('date') ?? '')
    return { status: answer.status, text: await answer.text() }
  }
  const answer = await detour(request.url.split('/').at(-1), text, forward).catch(() => null)
  if (answer === null) response.destroy() // as the gateway did
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
server.unref()
process.env.SIM_API_URL = 'http://127.0.0.1:' + server.address().port
await import(${JSON.stringify(PROGRAMS.daemon)})
`,
  )
  return file
}
