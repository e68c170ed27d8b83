import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ChannelName } from '@rm/config'
import { changeCopy, limitToOneContract } from '../../rehearsal/change-copy.ts'
import { freePort } from '../../rehearsal/free-port.ts'
import { frontMonth } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import type { AlertSinks } from '../../sinks/alert-sinks.ts'
import type { CheckContext } from '../../validator.ts'
import { leaveOldLogs } from './written-logs.ts'

/** A rehearsed daemon that is watched as the real one would be, and whose calls for people end on this machine. */
export interface WatchedRehearsal {
  readonly rehearsal: Rehearsal
  readonly daemon: RehearsedDaemon
  readonly sinks: AlertSinks
  /** Channels that lead to the sinks: those of the configuration, or the webhook where it has none. */
  readonly channels: readonly ChannelName[]
  readonly monitoringPort: number
  readonly logFolder: string
}

/** Where the settings name no other folder. */
const LOG_FOLDER = 'logs'

/** Starts the daemon on a copy in which alerts and heartbeat lead to sinks, logs are full soon, and a second contract is a breach. */
export async function startWatched(context: CheckContext, sinks: AlertSinks): Promise<WatchedRehearsal> {
  const channels = channelsOf(context.config)
  const monitoringPort = await freePort()
  const rehearsal = await Rehearsal.set(context, {
    prepare(configDirectory) {
      sinks.receiveFor(configDirectory, channels)
      limitToOneContract(configDirectory)
      changeCopy(configDirectory, 'risk_config.yaml', (document) => {
        document.setIn(['general', 'control', 'monitoring_port'], monitoringPort)
        document.setIn(['general', 'logging', 'max_size_mb'], 1)
      })
      const ownFile = 'logging.yaml'
      if (existsSync(path.join(configDirectory, ownFile)))
        changeCopy(configDirectory, ownFile, (document) => document.set('max_size_mb', 1))
    },
  })
  const logFolder = path.join(rehearsal.dataDirectory, LOG_FOLDER)
  leaveOldLogs(logFolder, rehearsal.config.general.logging)
  const daemon = await rehearsal.startDaemon()
  return { rehearsal, daemon, sinks, channels, monitoringPort, logFolder }
}

/** The channels that are on; where there is none, one is put there, so that at least the way of an alert is tried. */
function channelsOf(config: CheckContext['config']): readonly ChannelName[] {
  if (!config.ok) return ['webhook']
  const { channels } = config.general.notifications
  const names = (Object.keys(channels) as ChannelName[]).filter((name) => channels[name] !== null)
  return names.length === 0 ? ['webhook'] : names
}

/**
 * Lets the first account hold one contract too many, and waits until that is told and undone.
 *
 * @returns the rule that was broken, or `null`: nothing was done
 */
export async function provokeBreach(
  { rehearsal, daemon }: Pick<WatchedRehearsal, 'rehearsal' | 'daemon'>,
  context: CheckContext,
): Promise<string | null> {
  const accountId = rehearsal.accounts[0]?.id
  if (accountId === undefined) throw new Error('the configuration watches no account')
  // A whole contract: some rules count a micro as a tenth of one.
  const contractId = await frontMonth(rehearsal, 'ES')
  await rehearsal.venue.place({ accountId, contractId, side: 'buy', size: 2 })
  const patience = { withinMs: context.criteria.reliability.enforcementMs, signal: context.signal }
  const told = (event: string) =>
    daemon.awaitLine(event, (line) => line.event === event && line.accountId === accountId, patience)
  try {
    const { rule } = await told('breach-begun')
    await told('goal-ended')
    return rule ?? null
  } catch (error) {
    context.tell(error instanceof Error ? error.message : String(error))
    return null
  }
}
