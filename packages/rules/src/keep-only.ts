import type { Goal, UnpricedView } from '@rm/domain'

/** The goal that lets what is held be kept and reduced, and nothing be opened or enlarged. */
export function keepOnly(view: UnpricedView): Goal {
  return {
    kind: 'reduce-only',
    baseline: new Map(view.positions.map(({ contractId, signedSize }) => [contractId, signedSize])),
  }
}
