import {
  accountDayReport,
  breachReport,
  lockoutReport,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  tradedContract,
} from '@rm/control-api'
import { AccountId, explain, instant } from '@rm/domain'
import type { AccountFace } from '@rm/engine'
import { accountDays, type AlertRecord, type AuditFound } from '@rm/state'
import type { RulesReady } from '../boot-stages.ts'
import { monotonicMs } from '../system-clock.ts'
import { VERSION } from '../version.ts'
import type { TodayOfAccount } from '../week-trades.ts'
import { accountReport } from './account-report.ts'
import { calendarReport } from './calendar-report.ts'
import { CallRefused } from './call-refused.ts'
import type { StreamWatch } from './stream-watch.ts'

/** What each route does. A route without one does not compile. */
export type Handlers = { readonly [Name in RouteName]: (input: RouteInput<Name>) => RouteOutput<Name> }

export interface ControlledDaemon {
  readonly ready: RulesReady
  readonly streams: StreamWatch
  /** Ends the daemon as SIGTERM does. */
  readonly stop: () => void
}

export function controlHandlers({ ready, streams, stop }: ControlledDaemon): Handlers {
  const { kernel, store, gateway, config, configReload, week } = ready
  const startedAt = gateway.clock.now()
  const faces = () => kernel.faces()
  const audit = (action: string, subject: string, detail: Readonly<Record<string, unknown>>): void =>
    store.audit([{ actor: 'admin', action, subject, detail }], gateway.clock.now())
  return {
    report: () => ({
      version: VERSION,
      pid: process.pid,
      run: store.epoch,
      startedAt,
      now: gateway.clock.now(),
      timeTrusted: gateway.clock.isTrusted(),
      timeZone: config.general.timeZone,
      environment: config.api.environment,
      configuration: configReload.configuration,
      streams: { user: streams.report('user'), market: streams.report('market') },
      requestsLeft: gateway.requestsLeft,
      accounts: faces().map((face) =>
        accountReport(face, {
          week: week.reportOf(todayOf(face)),
          elapsedMs: monotonicMs(),
          contract: (id) => kernel.contract(id),
        }),
      ),
    }),
    lockouts: ({ limit }) => ({
      lockouts: store.history
        .lockouts(limit)
        .map(({ what, endedAt }) => ({ accountId: what.accountId, ...lockoutReport(what, endedAt) })),
    }),
    breaches: ({ limit }) => ({
      breaches: store.history
        .breaches(limit)
        .map(({ what, endedAt }) => ({ accountId: what.accountId, ...breachReport(what, endedAt) })),
    }),
    explanations: ({ id, limit }) => {
      const stories = id === undefined ? store.history.newestStories(limit) : store.history.storiesOf(id)
      return {
        explanations: stories.map((story) => ({
          accountId: story.goal.accountId,
          id: story.goal.id,
          lines: [...explain(story, config.general.timeZone)],
        })),
      }
    },
    calendar: () => calendarReport(faces(), gateway.clock.now()),
    settings: () => ({
      configuration: configReload.configuration,
      accounts: faces().map(({ state, settings }) => ({
        accountId: state.accountId,
        rules: { ...settings.policy.rules },
        waits: settings.pending !== null,
      })),
    }),
    days: ({ account, from, to }) => {
      const face = faces().find(({ state }) => state.accountId === account)
      if (face === undefined) throw new CallRefused('not-found', `no account ${account} is watched`)
      const { calendar } = face.settings.policy
      const { days, contracts } = accountDays(store.history, account, calendar, [from, to])
      return {
        accountId: account,
        name: face.view.account?.name ?? String(account),
        timeZone: config.general.timeZone,
        days: days.map(accountDayReport),
        contracts: [...contracts.values()].map(tradedContract),
      }
    },
    audit: ({ action = null, actor = null, account = null, ...bounds }) => {
      const { records, next } = store.history.audit({ ...bounds, action, actor, accountId: account })
      return { head: store.auditHead, records: records.map(auditRecordReport), next }
    },
    alerts: ({ limit }) => ({
      alerts: ready.alerts.list().toReversed().slice(0, limit).map(alertReport),
    }),
    acknowledge: ({ id }) => {
      if (!ready.alerts.acknowledge(id)) throw new CallRefused('not-found', `no alert ${id} is known`)
      audit('alert-acknowledged', id, {})
      return { done: `${id} is acknowledged; it is not repeated any more` }
    },
    reload: () => {
      configReload.reload('control-api')
      return { done: 'the configuration was read again; the log says what changed' }
    },
    panic: ({ account, reason }) => {
      const chosen = faces().filter(({ state, view }) => isNamed(account, state.accountId, view.account?.name))
      if (chosen.length === 0) throw new CallRefused('not-found', `no account ${account} is watched`)
      audit('panic', account, { reason, accounts: chosen.map(({ state }) => state.accountId) })
      for (const { state } of chosen) kernel.panic(state.accountId, reason)
      const names = chosen.map(({ state }) => state.accountId).join(', ')
      return { done: `${names}: flattened and locked until the next reset` }
    },
    stop: ({ yes }) => {
      const kept = faces().filter(({ state, view }) => view.positions.length > 0 || state.lockouts.length > 0)
      if (kept.length > 0 && !yes) {
        const names = kept.map(({ state }) => state.accountId).join(', ')
        throw new CallRefused(
          'conflict',
          `${names}: a position is open or a lockout in force; say yes to stop all the same`,
        )
      }
      audit('stop-ordered', `run ${store.epoch}`, { exposed: kept.map(({ state }) => state.accountId) })
      stop()
      return { done: 'the daemon stops; lockouts stay in force' }
    },
  }
}

function todayOf({ state, view: { day, trades } }: AccountFace): TodayOfAccount {
  return { accountId: state.accountId, isRead: state.trust.reconciledMs !== null, day, trades }
}

function alertReport(record: AlertRecord): RouteOutput<'alerts'>['alerts'][number] {
  const { id, code, severity, accountId, text, begunAt, lastSeenAt, seenCount, overAt, acknowledgedAt } = record
  return { id, code, severity, accountId, text, begunAt, lastSeenAt, seenCount, overAt, acknowledgedAt }
}

function auditRecordReport(record: AuditFound['records'][number]): RouteOutput<'audit'>['records'][number] {
  const { seq, epoch, at, account_id, actor, action, subject, detail, hash } = record
  const accountId = account_id === null ? null : AccountId.parse(account_id)
  return { seq, run: epoch, at: instant(at), accountId, actor, action, subject, detail: JSON.parse(detail), hash }
}

function isNamed(account: string, id: AccountId, name: string | undefined): boolean {
  return account === 'all' || account === String(id) || account === name
}
