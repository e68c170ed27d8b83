import type { GatewaySim } from '@rm/gateway-sim'
import type { Stage } from './stage.ts'

type Connection = ReturnType<GatewaySim['connections']>[number]

/** Account, orders, positions and trades of one account. */
const SUBSCRIPTIONS_MIN = 4

/** The open connection to the user hub. */
export function userConnection({ gateway }: Stage): Connection | undefined {
  return gateway.connections().findLast(({ hub, isOpen }) => hub === 'user' && isOpen)
}

export function isSubscribed(connection: Connection | undefined): boolean {
  return (connection?.subscriptions.length ?? 0) >= SUBSCRIPTIONS_MIN
}

/** Until events reach the daemon again, on another connection than the one before. */
export function reconnected(stage: Stage, before: Connection | undefined, withinMs?: number): Promise<Connection> {
  return stage.awaitVenue(
    'a new connection with its subscriptions',
    () => {
      const next = userConnection(stage)
      return next !== undefined && next.connectionId !== before?.connectionId && isSubscribed(next) && next
    },
    withinMs,
  )
}
