import { marketHubCallbacks, userHubCallbacks } from '@rm/sdk-bridge/wire'
import { hubRecord } from './hub-protocol.ts'
import type { Knobs } from './knobs.ts'
import type { ExchangeEvent } from './seam.ts'
import { unreachable } from './unreachable.ts'

/** The callback that publishes this kind of event. */
export function callbackOf(event: ExchangeEvent): string {
  switch (event.kind) {
    case 'account':
      return userHubCallbacks.accounts
    case 'order':
      return userHubCallbacks.orders
    case 'position':
      return userHubCallbacks.positions
    case 'trade':
      return userHubCallbacks.trades
    case 'quote':
      return marketHubCallbacks.quotes
    default:
      return unreachable(event)
  }
}

/** An event as one ready record, in the spelling that the knobs ask for. */
export function eventRecord(event: ExchangeEvent, knobs: Knobs): string {
  const entity = spelled(event.data, knobs)
  if (event.kind === 'quote') {
    return hubRecord({
      type: 1,
      target: callbackOf(event),
      arguments: [event.contractId, knobs.array ? [entity] : entity],
    })
  }
  const bare = knobs.wrapper ? wrapped(event.action, entity, knobs) : entity
  return hubRecord({ type: 1, target: callbackOf(event), arguments: [knobs.array ? [bare] : bare] })
}

/** A record with a target and arguments of the caller's own making. */
export function injectedRecord(target: string, args: readonly unknown[]): string {
  return hubRecord({ type: 1, target, arguments: args })
}

function wrapped(action: number, entity: object, knobs: Knobs): object {
  return knobs.pascalCase ? { Action: action, Data: entity } : { action, data: entity }
}

function spelled(data: object, knobs: Knobs): object {
  const spelling: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(data)) {
    if (value === null && knobs.omitNulls) continue
    const name = knobs.pascalCase ? key.charAt(0).toUpperCase() + key.slice(1) : key
    spelling[name] = knobs.numbersAsText && typeof value === 'number' ? String(value) : value
  }
  return spelling
}
