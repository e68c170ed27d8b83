import { ChildProgram } from '@rm/runtime-pack'
import { BARE_RELAY } from '../../program-files.ts'
import type { Rehearsal } from '../../rehearsal/rehearsal.ts'

const STOP_MS = 5_000

/**
 * A program that answers the same event with the same request, and does nothing else: what this machine takes at the least.
 *
 * @returns it, once it is subscribed; to be disposed of
 */
export async function startBareRelay({ environment }: Rehearsal, accountId: number): Promise<AsyncDisposable> {
  const ready = Promise.withResolvers<void>()
  const program = new ChildProgram({
    entry: BARE_RELAY,
    args: [],
    environment: { ...environment, GATEWAY_URL: environment['SIM_API_URL'], ACCOUNTS: String(accountId) },
    onLine: (line) => {
      if (line === 'ready') ready.resolve()
    },
  })
  void program.ended.then((code) => ready.reject(new Error(`the bare relay ended with ${code}`)))
  await ready.promise
  return {
    [Symbol.asyncDispose]: async () => {
      await program.stop(STOP_MS)
    },
  }
}
