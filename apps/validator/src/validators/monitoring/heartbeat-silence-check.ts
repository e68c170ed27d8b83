import { awaitCondition } from '../../rehearsal/await-condition.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { startWatched, type WatchedRehearsal } from './watched-rehearsal.ts'

/** Two beats of the shortest interval and what a delivery may take. */
const NOTICED_MS = 25_000
const ALERT = 'heartbeat-failing'

/** Lets the receiver of the heartbeat refuse it, and the daemon die: people have to hear of the one, and its silence has to follow the other. */
export const heartbeatSilenceCheck: Check = {
  id: 'heartbeat-silence',
  title: 'A heartbeat that does not arrive is told, and a dead daemon is silent',
  from: 'standard',
  limitMs: 90_000,
  async run(context) {
    const watched = await startWatched(context)
    const findings = [...(await refusalFindings(watched, context)), ...(await silenceFindings(watched, context))]
    return answer('The receiver refused heartbeats until an alert came, then the daemon was killed.', findings)
  },
}

async function refusalFindings(
  { sinks, channels }: WatchedRehearsal,
  { signal, tell }: CheckContext,
): Promise<readonly Finding[]> {
  tell('the receiver of the heartbeat refuses it')
  const patience = { withinMs: NOTICED_MS, signal }
  sinks.http.refusedPath = '/heartbeat'
  const isTold = (): boolean =>
    channels.some((name) => sinks.receivedBy(name).some((text) => text.includes(ALERT)))
  const told = await awaitCondition(`the alert ${ALERT}`, isTold, patience).catch(() => false)
  sinks.http.refusedPath = null
  if (told) return []
  const what = `its receiver refused heartbeats for ${NOTICED_MS / 1_000} s, and no alert told it`
  const remedy = `Deploy a build that tells ${ALERT}: a heartbeat that does not arrive protects nobody.`
  return [{ severity: 'error', place: 'general.heartbeat', what, remedy }]
}

/** The receiver calls somebody when it hears nothing, so a daemon that is gone must not be heard, whoever else runs. */
async function silenceFindings(
  { sinks, daemon }: WatchedRehearsal,
  { tell }: CheckContext,
): Promise<readonly Finding[]> {
  tell('the daemon is killed')
  await daemon.kill()
  const heard = sinks.heartbeats.length
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, SILENCE_MS)
  await promise
  if (sinks.heartbeats.length === heard) return []
  const what = `${sinks.heartbeats.length - heard} heartbeats came after the daemon was killed`
  const remedy = 'Look for another process that sends them: its receiver would never call.'
  return [{ severity: 'error', place: 'general.heartbeat', what, remedy }]
}

/** Longer than an interval. */
const SILENCE_MS = 6_000
