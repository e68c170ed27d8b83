import type { LoadedConfig } from '@rm/config'
import { RmError } from '@rm/domain'
import { type DaemonLog, openDaemonLog } from './daemon-log.ts'
import { HiddenAccounts } from './hidden-accounts.ts'
import { LineQueue } from './line-queue.ts'
import { wallClockMs } from './system-clock.ts'

/**
 * Opens the log as the configuration says, with the accounts hidden that it names; those of the gateway are added when they are known.
 *
 * @throws RmError `ENVIRONMENT_UNSUITABLE` when its folder cannot be written
 */
export async function openLines(
  { general, accounts }: Pick<LoadedConfig, 'general' | 'accounts'>,
  dataDirectory: string,
): Promise<LineQueue> {
  const hidden = general.logging.maskAccounts ? new HiddenAccounts() : null
  hidden?.hide(accounts)
  return new LineQueue(await openLogOrRefuse(general.logging, dataDirectory), hidden)
}

async function openLogOrRefuse(logging: LoadedConfig['general']['logging'], dataDirectory: string): Promise<DaemonLog> {
  try {
    return await openDaemonLog(logging, dataDirectory, wallClockMs)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RmError(
      'ENVIRONMENT_UNSUITABLE',
      `The logs below ${dataDirectory} cannot be written: ${reason}`,
      {},
      error,
    )
  }
}
