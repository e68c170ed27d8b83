import type { AccountId } from '@rm/domain'
import type { PolicyInForce } from '@rm/engine'
import type { Connected } from './boot-stages.ts'
import type { CertificateGuard } from './certificate-guard.ts'
import { settingsOf, tellChanges } from './config-reload.ts'
import { withoutRules } from './safe-boot.ts'

/** What each account is held to: what the configuration names, and what an earlier one named that may not loosen yet. */
export function policiesOf(connected: Connected, certificate: CertificateGuard): readonly PolicyInForce[] {
  const { config, options, settings, monitored, released, lines, store, gateway } = connected
  const record = (action: string, id: AccountId, facts: Readonly<Record<string, unknown>>): void => {
    const detail = { configuration: config.hash, cause: 'start', ...facts }
    store.audit([{ actor: 'admin', action, subject: String(id), detail }], gateway.clock.now())
  }
  const named = monitored.map(({ account, configured }) => {
    const held = settings.hold(account.id, settingsOf(config, configured), configured.source, config.hash)
    tellChanges(lines, account.id, held.changes)
    if (held.changes.length > 0) record('settings-changed', account.id, { changes: held.changes })
    return held.settings
  })
  const kept = released.flatMap(({ id }) => {
    const held = settings.release(id)
    if (held === null) return []
    record('account-released', id, {})
    return [held]
  })
  const policies = [...named, ...kept].map((held) => certificate.applyTo(held))
  return options.mode === 'safe' ? policies.map(withoutRules) : policies
}
