import type { HubSocket } from './hub-socket.ts'

/** A subscription that failed is tried once more; if that fails too, the connection is not worth keeping (reliability R-11). */
export async function subscribeTwice(socket: HubSocket, method: string, ...args: readonly unknown[]): Promise<void> {
  try {
    await socket.invoke(method, ...args)
  } catch {
    await socket.invoke(method, ...args)
  }
}
