import { setTimeout as pause } from 'node:timers/promises'
import type { Patience } from '../../rehearsal/await-condition.ts'
import { awaitCondition } from '../../rehearsal/await-condition.ts'
import type { Venue } from '../../rehearsal/venue.ts'

const ROUTE = 'partialCloseContract'
/** One contract is allowed, so that every second one is a fresh breach that needs no closing reading. */
const SIZE = 2
const CALM_MS = 40

/** Where breaches are made and what they are of. */
interface BreachPlace {
  readonly venue: Venue
  readonly accountId: number
  readonly contractId: string
}

/** Breaks the limit once, waits for the request that takes one contract away, and brings everything to rest. */
export async function breach({ venue, accountId, contractId }: BreachPlace, patience: Patience): Promise<void> {
  const before = (await venue.requests()).at(-1)?.sequence ?? 0
  await venue.place({ accountId, contractId, side: 'buy', size: SIZE })
  const answer = async (): Promise<boolean> => (await venue.requests(before)).some(({ route }) => route === ROUTE)
  await awaitCondition(`the request after a breach of account ${accountId}`, answer, patience)
  await pause(CALM_MS)
  await venue.close(accountId, contractId)
  await pause(CALM_MS)
}

/** Milliseconds from the leaving of each position event that broke the limit to the arrival of the request, by the gateway's own logs. */
export async function latencies({ venue, accountId }: BreachPlace): Promise<readonly number[]> {
  const events = (await venue.events()).filter(
    (event) => event.accountId === accountId && event.target === 'GatewayUserPosition',
  )
  const requests = (await venue.requests()).filter(
    (request) => request.accountId === accountId && request.route === ROUTE,
  )
  return requests.flatMap(({ arrivedAtMs }) => {
    const cause = events.findLast(({ sentAtMs }) => sentAtMs <= arrivedAtMs)
    return cause === undefined ? [] : [arrivedAtMs - cause.sentAtMs]
  })
}
