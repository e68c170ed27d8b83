export { accountIds, bareHub, bareLogin, subscribeUser, untilStopped } from './bare/bare-client.ts'
export { bareRelay } from './bare/bare-relay.ts'
