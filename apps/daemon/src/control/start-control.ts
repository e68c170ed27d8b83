import path from 'node:path'
import { HEALTH_PATH, METRICS_PATH, READY_PATH } from '@rm/control-api'
import type { RulesReady } from '../boot-stages.ts'
import { controlHandlers } from './control-handlers.ts'
import { ControlServer, type Page } from './control-server.ts'
import { DeniedCalls } from './denied-calls.ts'
import { Followers } from './followers.ts'
import { Metrics } from './metrics.ts'
import { listenForMonitoring } from './monitoring-server.ts'
import type { StreamWatch } from './stream-watch.ts'

/** A local API that answers, until it is closed. */
export interface Control {
  close(): Promise<void>
}

/** Opens the local API. One that cannot be opened is told and costs no protection: the daemon goes on without it. */
export async function startControl(ready: RulesReady, streams: StreamWatch, stop: () => void): Promise<Control> {
  const { lines, config, options } = ready
  const handlers = controlHandlers({ ready, streams, stop })
  const denied = new DeniedCalls(ready)
  const followers = new Followers(() => handlers.report({}))
  const metrics = new Metrics(ready, streams)
  const unfollow = lines.follow((line) => {
    followers.told(line)
    metrics.told(line)
  })
  const pages = {
    [HEALTH_PATH]: () => health(),
    [READY_PATH]: () => readiness(ready),
    [METRICS_PATH]: () => metrics.page(),
  }
  const { folder, monitoringPort } = config.general.control
  try {
    const server = await ControlServer.listen({
      folder: path.resolve(options.dataDirectory, folder),
      handlers,
      onDenied: (route, role) => denied.count(route, role),
      onFailed: (route, error) => {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
        lines.add({
          level: 'error',
          message: `A call of ${route} failed`,
          topic: null,
          facts: { event: 'call-failed', reason },
        })
      },
      onFollower: (_request, reply) => followers.add(reply.raw),
      pages,
    })
    const monitoring = await openMonitoring(monitoringPort, pages, ready)
    return {
      async close() {
        unfollow()
        followers.close()
        await Promise.all([server.close(), monitoring?.close()])
      },
    }
  } catch (error) {
    unfollow()
    tellUnavailable(ready, 'the local API cannot be opened', error)
    return { close: () => Promise.resolve() }
  }
}

/** A port that somebody else has costs the sockets nothing. */
async function openMonitoring(
  port: number | null,
  pages: Readonly<Record<string, () => Promise<Page> | Page>>,
  ready: RulesReady,
): Promise<Control | null> {
  if (port === null) return null
  try {
    return await listenForMonitoring(port, pages)
  } catch (error) {
    tellUnavailable(ready, `the monitoring port ${port} cannot be opened`, error)
    return null
  }
}

function tellUnavailable({ lines }: RulesReady, what: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  const message = `Alert: ${what}: ${reason}; the protection goes on`
  const facts = { event: 'alert', alert: 'control-unavailable', severity: 'error' }
  lines.add({ level: 'error', message, topic: null, facts })
}

/** Whoever gets an answer knows that the event loop turns. */
function health(): Page {
  return { status: 200, type: 'text/plain', text: 'ok\n' }
}

/** Accounts that are not judged by data that is trusted, with the word that says why. */
function readiness({ kernel }: RulesReady): Page {
  const unready = kernel.states().filter(({ word }) => UNREADY.has(word))
  const text = unready.map(({ accountId, word }) => `${accountId} ${word}\n`).join('')
  return unready.length === 0
    ? { status: 200, type: 'text/plain', text: 'ok\n' }
    : { status: 503, type: 'text/plain', text }
}

const UNREADY: ReadonlySet<string> = new Set(['HALTED', 'UNTRUSTED', 'RECONCILING', 'BLIND'])
