import { HEALTH_PATH } from '@rm/control-api'
import { awaitCondition } from '../../rehearsal/await-condition.ts'
import type { Finding } from '../../report/validation-report.ts'
import { AlertSinks, HEARTBEAT_PATH } from '../../sinks/alert-sinks.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { startWatched, type WatchedRehearsal } from './watched-rehearsal.ts'

const ALERT = 'heartbeat-failing'

/** Lets the receiver of the heartbeat refuse it, and the daemon die: people have to hear of the one, and whoever asks has to notice the other. */
export const deadManCheck: Check = {
  id: 'dead-man',
  title: 'A heartbeat that does not arrive is told, and a dead daemon answers nobody',
  from: 'standard',
  limitMs: 90_000,
  async run(context) {
    const sinks = context.resources.use(await AlertSinks.open())
    sinks.http.refusedPath = HEARTBEAT_PATH
    const watched = await startWatched(context, sinks)
    const told = await refusalFindings(watched, context)
    await watched.daemon.kill()
    const findings = [...told, ...(await deathFindings(watched))]
    return answer('The receiver refused heartbeats until an alert came, then the daemon was killed.', findings)
  },
}

async function refusalFindings(
  { sinks, channels }: WatchedRehearsal,
  { signal, criteria }: CheckContext,
): Promise<readonly Finding[]> {
  const { enforcementMs: withinMs } = criteria.reliability
  const isTold = (): boolean => channels.some((name) => sinks.receivedBy(name).some((text) => text.includes(ALERT)))
  const told = await awaitCondition(`the alert ${ALERT}`, isTold, { withinMs, signal }).catch(() => false)
  if (told) return []
  const what = `its receiver refused heartbeats for ${withinMs / 1_000} s, and no alert told it`
  const remedy = `Deploy a build that tells ${ALERT}: a heartbeat that does not arrive protects nobody.`
  return [{ severity: 'error', place: 'general.heartbeat', what, remedy }]
}

/** The rule RiskManagerGone waits for a scrape that fails. */
async function deathFindings({ monitoringPort }: WatchedRehearsal): Promise<readonly Finding[]> {
  const place = `127.0.0.1:${monitoringPort}${HEALTH_PATH}`
  const answered = await fetch(`http://${place}`).then(
    ({ status }) => status,
    () => null,
  )
  if (answered === null) return []
  const what = `it answered ${answered} although the daemon was killed`
  const remedy = 'Look for another process on that port: nobody would notice that the daemon is gone.'
  return [{ severity: 'error', place, what, remedy }]
}
