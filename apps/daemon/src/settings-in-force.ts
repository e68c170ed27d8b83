import { type AccountSettings, readSettings, type SettingsSource } from '@rm/config'
import type { AccountId, Instant } from '@rm/domain'
import { type AccountPolicy, isSamePolicy, type PolicyInForce, policyInForce } from '@rm/engine'
import type { Store } from '@rm/state'
import type { PolicyMaker } from './policy-maker.ts'
import { type SettingChange, settingChanges } from './setting-changes.ts'

/** What an account is held to from now on, and what is different from what it was held to. */
export interface Held {
  readonly settings: PolicyInForce
  /** None at the first time. */
  readonly changes: readonly SettingChange[]
}

interface Step {
  readonly source: SettingsSource
  readonly policy: AccountPolicy
}

/** The digest of a configuration that an earlier run was given. */
const EARLIER = 'of an earlier run'

type History = readonly [Step, ...Step[]]

/**
 * Remembers what every account is held to, so that neither a reload nor a restart loosens a limit before its time: the strictest of all
 * settings that were named since the last moment in which loosening was allowed (reliability S-13).
 */
export class SettingsInForce {
  readonly #store: Pick<Store, 'settingsInForce' | 'saveSettingsInForce' | 'accountsInForce'>
  readonly #policies: PolicyMaker
  readonly #now: () => Instant
  readonly #histories = new Map<AccountId, History>()
  /** Accounts that the configuration no longer names. */
  readonly #released = new Set<AccountId>()

  constructor(
    store: Pick<Store, 'settingsInForce' | 'saveSettingsInForce' | 'accountsInForce'>,
    policies: PolicyMaker,
    now: () => Instant,
  ) {
    this.#store = store
    this.#policies = policies
    this.#now = now
  }

  /** Accounts that are held to something, whether or not the configuration still names them. */
  accounts(): readonly AccountId[] {
    return this.#store.accountsInForce()
  }

  /**
   * The configuration names these settings for the account.
   *
   * @param configuration - its digest
   */
  hold(accountId: AccountId, named: AccountSettings, source: SettingsSource, configuration: string): Held {
    this.#released.delete(accountId)
    const before = this.#historyOf(accountId)
    const last = before.at(-1)
    const step: Step = { source, policy: this.#policies.policyOf(accountId, named, configuration) }
    const history: History = withStep(before, step)
    const settings = policyInForce(policiesOf(history))
    this.#keep(accountId, settings.pending === null ? [step] : withoutIdle(history))
    return { settings, changes: last === undefined ? [] : settingChanges(last.source, source, settings) }
  }

  /** The configuration does not name the account any more: what it was held to holds until it may loosen. `null`: it was held to nothing. */
  release(accountId: AccountId): PolicyInForce | null {
    const [first, ...rest] = this.#historyOf(accountId)
    if (first === undefined) return null
    this.#released.add(accountId)
    const { policy } = policyInForce(policiesOf([first, ...rest]))
    return { policy, pending: policy }
  }

  /** Loosening was allowed: from now on only the last settings count. */
  loosened(accountId: AccountId): 'settings' | 'account' {
    const last = this.#historyOf(accountId).at(-1)
    if (this.#released.has(accountId) || last === undefined) {
      this.#histories.delete(accountId)
      this.#store.saveSettingsInForce(accountId, [], this.#now())
      return 'account'
    }
    this.#keep(accountId, [last])
    return 'settings'
  }

  #historyOf(accountId: AccountId): readonly Step[] {
    const known = this.#histories.get(accountId)
    if (known !== undefined) return known
    return this.#store.settingsInForce(accountId).flatMap((stored) => {
      const read = readSettings(stored)
      // What this version no longer accepts cannot hold; the configuration of today does.
      if (read === null) return []
      return [{ source: read.source, policy: this.#policies.policyOf(accountId, read.settings, EARLIER) }]
    })
  }

  #keep(accountId: AccountId, history: History): void {
    this.#histories.set(accountId, history)
    const sources = history.map(({ source }) => source)
    this.#store.saveSettingsInForce(accountId, sources, this.#now())
  }
}

function withStep(before: readonly Step[], step: Step): History {
  const last = before.at(-1)
  const isRepeated = last !== undefined && isSamePolicy(last.policy, step.policy)
  const [first, ...rest] = [...(isRepeated ? before.slice(0, -1) : before), step]
  return first === undefined ? [step] : [first, ...rest]
}

/** Without the steps that change nothing of what holds, so that an edit that goes to and fro leaves no trail. */
function withoutIdle(history: History): History {
  const holds = policyInForce(policiesOf(history)).policy
  let kept = history
  for (const step of history.slice(1, -1)) {
    const [first, ...rest] = kept.filter((one) => one !== step)
    if (first !== undefined && isSamePolicy(policyInForce(policiesOf([first, ...rest])).policy, holds))
      kept = [first, ...rest]
  }
  return kept
}

function policiesOf([first, ...rest]: History): readonly [AccountPolicy, ...AccountPolicy[]] {
  return [first.policy, ...rest.map(({ policy }) => policy)]
}
