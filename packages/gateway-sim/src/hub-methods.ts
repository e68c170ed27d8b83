import { marketHubMethods, userHubMethods, type HubName, type MarketTopic, type UserTopic } from '@rm/sdk-bridge/wire'
import { z } from 'zod'

type HubTopic =
  | { readonly hub: 'user'; readonly topic: UserTopic }
  | { readonly hub: 'market'; readonly topic: MarketTopic }

/** A method of one of the hubs: it adds or removes a subscription to a topic. */
export type HubMethod = HubTopic & { readonly verb: 'subscribe' | 'unsubscribe' }

const methods: ReadonlyMap<string, HubMethod> = new Map(methodEntries())

/** Finds a method of a hub by its name, in any case. */
export function hubMethod(hub: HubName, name: string): HubMethod | undefined {
  return methods.get(`${hub} ${name.toLowerCase()}`)
}

/** The texts of a real server. */
export const invocationErrors = {
  unknownMethod: (method: string): string =>
    `Failed to invoke '${method}' due to an error on the server. HubException: Method does not exist.`,
  wrongArguments: (method: string): string => `Failed to invoke '${method}' due to an error on the server.`,
  exception: (method: string): string => `An unexpected error occurred invoking '${method}' on the server.`,
} as const

const noArguments = z.tuple([])
const accountArgument = z.tuple([z.int()])
const contractArgument = z.tuple([z.string()])

/** What a subscription is to: everything of the user, one account, or one contract. `undefined` when the arguments do not fit. */
export type SubscriptionKey =
  | { readonly kind: 'all' }
  | { readonly kind: 'account'; readonly accountId: number }
  | { readonly kind: 'contract'; readonly contractId: string }

export function subscriptionKey(method: HubMethod, args: readonly unknown[]): SubscriptionKey | undefined {
  if (method.hub === 'market') {
    const contract = contractArgument.safeParse(args).data
    return contract && { kind: 'contract', contractId: contract[0] }
  }
  if (method.topic === 'accounts') return noArguments.safeParse(args).success ? { kind: 'all' } : undefined
  const account = accountArgument.safeParse(args).data
  return account && { kind: 'account', accountId: account[0] }
}

function* methodEntries(): Generator<[string, HubMethod]> {
  const userTopics: readonly UserTopic[] = ['accounts', 'orders', 'positions', 'trades']
  const marketTopics: readonly MarketTopic[] = ['quotes', 'trades', 'depth']
  for (const verb of ['subscribe', 'unsubscribe'] as const) {
    for (const topic of userTopics) {
      yield [`user ${userHubMethods[topic][verb].toLowerCase()}`, { hub: 'user', topic, verb }]
    }
    for (const topic of marketTopics) {
      yield [`market ${marketHubMethods[topic][verb].toLowerCase()}`, { hub: 'market', topic, verb }]
    }
  }
}
