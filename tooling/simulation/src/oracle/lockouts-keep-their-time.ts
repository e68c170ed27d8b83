import { endInstant } from '@rm/domain'
import type { Evidence } from './evidence.ts'

/** L-07: a look every second, and business time that is carried by the whole seconds of the `Date`. */
const RELEASED_MS = 5_000
/** L-06, after which business time may be known again. */
const TRUSTED_MS = 5_500
/** Business time is behind the truth by no more. */
const LOOSENED_MS = 2_000
/** The firm's word about an account comes with the record of it, which is read so often at the least. */
const CAN_TRADE_HEARD_MS = 65_000

/** S-04, S-13, S-18 and L-07: a lockout ends when its time or its condition has come, neither before nor much later. */
export class LockoutsKeepTheirTime {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  unlocked(accountId: number, id: string): void {
    const { facts, clocks, verdicts } = this.#evidence
    const known = facts.lockouts.get(id)
    if (known === undefined) return
    const { lockout, untilMs } = known
    const early = untilMs - this.#evidence.trueNow()
    const holds =
      endInstant(lockout.end) === null ? this.#isConditionMet(accountId, lockout.end.kind) : early <= clocks.skewMs
    const story = (): string => `account ${accountId}: lockout ${id} of ${lockout.rule} ended ${early} ms too early`
    verdicts.check('S-04', holds, story)
    if (clocks.wereThere) verdicts.check('S-18', holds, story)
  }

  /** Looser settings of the account have taken effect. */
  loosened(accountId: number): void {
    const { facts, clocks, verdicts } = this.#evidence
    const trueNow = this.#evidence.trueNow()
    const held = [...facts.lockouts.values()].filter(
      ({ accountId: id, hasEnded, lockout, untilMs }) =>
        id === accountId &&
        !hasEnded &&
        lockout.end.kind !== 'session-start' &&
        lockout.end.kind !== 'config' &&
        // The looser settings themselves may lock at once.
        lockout.from < trueNow - LOOSENED_MS &&
        untilMs > trueNow + clocks.skewMs,
    )
    const names = (): string => held.map(({ lockout }) => lockout.id).join(', ')
    verdicts.check('S-13', held.length === 0, () => `account ${accountId}: settings loosened under ${names()}`)
  }

  look(): void {
    const { world, facts, verdicts, clocks } = this.#evidence
    const trueNow = this.#evidence.trueNow()
    if (!world.isHubUp('user') || clocks.isAhead(trueNow)) return
    const trustedMs = this.#evidence.nowMs() - this.#evidence.healthyMs() - TRUSTED_MS
    for (const [id, { accountId, untilMs, hasEnded }] of facts.lockouts) {
      if (hasEnded || accountId === world.trouble.poisoned || untilMs >= trueNow) continue
      const lateMs = Math.min(trueNow - untilMs, trustedMs)
      const story = (): string => `account ${accountId}: lockout ${id} is over for ${lateMs} ms`
      verdicts.check('L-07', lateMs <= RELEASED_MS, story)
    }
  }

  #isConditionMet(accountId: number, kind: string): boolean {
    const { canTrade, switchedMs } = this.#evidence.account(accountId)
    if (kind === 'can-trade') return canTrade || this.#evidence.nowMs() - switchedMs < CAN_TRADE_HEARD_MS
    return this.#evidence.watch(accountId).reloaded.has('symbol_blocks')
  }
}
