import type { LoadedConfig } from '@rm/config'
import type { QuarantinedPayload } from '@rm/sdk-bridge'
import { reasonOf, warn } from './boot-lines.ts'
import type { Configured, Opened } from './boot-stages.ts'
import { rememberConfig } from './last-good-config.ts'

/** For a start at which the files are refused. A disk that is full must not cost more than that. */
export function keepConfig(configured: Configured, config: LoadedConfig): void {
  try {
    rememberConfig(configured.options.dataDirectory, config)
  } catch (error) {
    warn(configured, `The configuration could not be kept for another start: ${reasonOf(error)}`, {
      event: 'config-unkept',
    })
  }
}

/** Keeps what could not be decoded for a human. A disk that is full must not cost more than that. */
export function keepPayload(opened: Opened | null, { surface, raw, reason }: QuarantinedPayload): void {
  if (opened === null) return // no stream is subscribed before the store is open
  try {
    opened.store.quarantine(surface, raw, reason, opened.gateway.clock.now())
  } catch (error) {
    warn(opened, `A payload of ${surface} could not be kept: ${reasonOf(error)}`, { event: 'quarantine-unwritable' })
  }
}
