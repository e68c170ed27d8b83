import { bareHub, bareLogin, subscribeUser, untilStopped } from './bare-client.ts'

/**
 * Real SignalR callback → immediate POST with stock axios: whenever an account holds two contracts, one is taken away. Knows nothing, remembers
 * nothing, checks nothing: the floor that a daemon's latency is compared with. A program of its own calls this.
 */
export async function bareRelay(): Promise<void> {
  const { api, token } = await bareLogin()
  const hub = bareHub('user', token)
  hub.on('GatewayUserPosition', ({ data }: { data: { accountId: number; contractId: string; size: number } }) => {
    if (data.size !== 2) return
    const { accountId, contractId } = data
    api.post('/api/Position/partialCloseContract', { accountId, contractId, size: 1 }).catch(() => {})
  })
  for (const name of ['GatewayUserAccount', 'GatewayUserOrder', 'GatewayUserTrade']) hub.on(name, () => {})
  await hub.start()
  await subscribeUser(hub)
  untilStopped()
}
