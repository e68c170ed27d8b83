import { digestsOf } from './config-reload.ts'
import type { Opened, RulesReady } from './boot-stages.ts'
import { placesOf } from './starting-config.ts'
import { monotonicMs } from './system-clock.ts'
import { VERSION } from './version.ts'

/** What opening the store had to repair is for a human, and for the audit trail. */
export function tellRecovery({ store, gateway, lines }: Opened): void {
  for (const sentence of store.recovery) {
    const facts = { event: 'alert', alert: 'store-recovered' }
    lines.add({ level: 'fatal', message: `Alert: ${sentence}`, topic: null, facts })
  }
  const entries = store.recovery.map((sentence) => ({
    actor: 'daemon' as const,
    action: 'store-recovered',
    subject: `run ${store.epoch}`,
    detail: { sentence },
  }))
  store.audit(entries, gateway.clock.now())
}

/** That this run began, with what, in the audit trail. */
export function recordStart({ store, gateway, config, refused, certificate }: RulesReady): void {
  const now = gateway.clock.now()
  store.recordCheckpoint('event-loop-running', now, `${Math.round(monotonicMs())} ms after the start`)
  const files = digestsOf(config)
  const detail = { version: VERSION, configuration: config.hash, files, uncertified: certificate.fault }
  store.audit([{ actor: 'daemon', action: 'daemon-started', subject: `run ${store.epoch}`, detail }], now)
  if (refused === null) return
  const refusal = { cause: 'start', problems: placesOf(refused) }
  store.audit([{ actor: 'admin', action: 'configuration-refused', subject: config.hash, detail: refusal }], now)
}
