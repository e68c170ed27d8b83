import * as signalR from '@microsoft/signalr'
import { type AxiosInstance, create } from 'axios'

/** The least that anybody needs: stock axios, the stock SignalR client, no checks. What the daemon is measured against. */
export async function bareLogin(): Promise<{ readonly api: AxiosInstance; readonly token: string }> {
  const baseURL = process.env['GATEWAY_URL'] ?? ''
  const answer = await create().post(`${baseURL}/api/Auth/loginKey`, {
    userName: process.env['PROJECTX_USERNAME'],
    apiKey: process.env['PROJECTX_API_KEY'],
  })
  const token = String(answer.data.token)
  return { api: create({ baseURL, headers: { Authorization: `Bearer ${token}` } }), token }
}

export function accountIds(): readonly number[] {
  return (process.env['ACCOUNTS'] ?? '').split(',').map(Number)
}

/** A hub connection with its handlers, not started. */
export function bareHub(name: 'user' | 'market', token: string): signalR.HubConnection {
  return new signalR.HubConnectionBuilder()
    .withUrl(`${process.env['GATEWAY_URL'] ?? ''}/hubs/${name}`, {
      skipNegotiation: true,
      transport: signalR.HttpTransportType.WebSockets,
      accessTokenFactory: () => token,
    })
    .configureLogging(signalR.LogLevel.Error)
    .build()
}

export async function subscribeUser(hub: signalR.HubConnection): Promise<void> {
  await hub.invoke('SubscribeAccounts')
  for (const id of accountIds()) {
    await Promise.all([
      hub.invoke('SubscribeOrders', id),
      hub.invoke('SubscribePositions', id),
      hub.invoke('SubscribeTrades', id),
    ])
  }
}

/** Ends the program when it is asked to. */
export function untilStopped(): void {
  process.on('SIGTERM', () => process.exit(0))
  process.stdout.write('ready\n')
}
