import type { WireBar, WireOrder, WirePosition, WireTrade } from '@rm/sdk-bridge/wire'

/*
 * Entities as REST shows them: explicit nulls, but no bracket or trail fields on an order without them, and stamps of at most six digits
 * where the hubs write seven.
 */

export function restOrder(order: WireOrder): object {
  const { parentOrderId, linkedOrderId, trailDistance, trailPrice, ...rest } = order
  return {
    ...rest,
    creationTimestamp: restStamp(order.creationTimestamp),
    updateTimestamp: order.updateTimestamp ? restStamp(order.updateTimestamp) : null,
    ...present({ parentOrderId, linkedOrderId, trailDistance, trailPrice }),
  }
}

export function restPosition(position: WirePosition): object {
  return { ...position, creationTimestamp: restStamp(position.creationTimestamp) }
}

export function restTrade(trade: WireTrade): object {
  return { ...trade, creationTimestamp: restStamp(trade.creationTimestamp) }
}

export function restBar(bar: WireBar): object {
  return { ...bar, t: restStamp(bar.t) }
}

/** Cuts the seventh digit off, and the zeros that then end the fraction. */
function restStamp(stamp: string): string {
  return stamp.replace(/\.(\d{6})\d\b/, (_match, digits: string) => {
    const trimmed = digits.replace(/0+$/, '')
    return trimmed === '' ? '' : `.${trimmed}`
  })
}

function present(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}
