import { accountIds, bareHub, bareLogin, subscribeUser, untilStopped } from '@rm/runtime-pack/bare'

/** Logs in, reads three REST lists, subscribes both hubs: what no start can leave out. */
const { api, token } = await bareLogin()
for (const accountId of accountIds()) {
  await api.post('/api/Account/search', { onlyActiveAccounts: false })
  await api.post('/api/Position/searchOpen', { accountId })
  await api.post('/api/Order/searchOpen', { accountId })
}
const user = bareHub('user', token)
const market = bareHub('market', token)
for (const name of ['GatewayUserAccount', 'GatewayUserOrder', 'GatewayUserPosition', 'GatewayUserTrade']) {
  user.on(name, () => {})
}
market.on('GatewayQuote', () => {})
await Promise.all([user.start(), market.start()])
await subscribeUser(user)
untilStopped()
