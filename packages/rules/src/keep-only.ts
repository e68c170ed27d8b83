import type { AccountView, Goal } from '@rm/domain'

/** The goal that lets what is held be kept and reduced, and nothing be opened or enlarged. */
export function keepOnly(view: AccountView): Goal {
  return {
    kind: 'reduce-only',
    baseline: new Map(view.positions.map(({ contractId, signedSize }) => [contractId, signedSize])),
  }
}
