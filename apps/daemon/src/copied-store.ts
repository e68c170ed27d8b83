import { beginActivity } from '@rm/sdk-bridge'
import type { Store } from '@rm/state'
import type { Opened } from './boot-stages.ts'
import type { RunFigures } from './run-figures.ts'
import { monotonicMs } from './system-clock.ts'
import type { WeekTrades } from './week-trades.ts'

/** The engine's store: what it commits is copied a moment later. */
export function storeWithCopies(
  { store, copies, slowWork }: Opened,
  figures: RunFigures,
  week: WeekTrades,
): Pick<Store, 'commit' | 'loadAccount'> {
  return {
    commit(records) {
      const begunMs = monotonicMs()
      const endWork = slowWork.begin('a commit', {
        accounts: records.map(({ accountId, cause }) => ({ accountId, cause })),
      })
      const end = beginActivity(() => ({
        name: 'store commit',
        about: `${records.length} turns`,
        waitsFor: 'the sync of the disk',
      }))
      try {
        store.commit(records)
      } finally {
        end()
        endWork()
      }
      figures.onCommit(monotonicMs() - begunMs)
      copies.committed(records)
      week.committed(records)
    },
    loadAccount: (accountId, tradesSince) => store.loadAccount(accountId, tradesSince),
  }
}
