import { instantOf } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import { ContractList } from '../src/contract-list.ts'

const HOUR_MS = 3_600_000

/** The list of a venue of one contract; every hour somebody asks whether it is old. */
class Watch {
  isDown = false
  readonly readAfterHours: number[] = []
  readonly learned: string[] = []
  readonly told: string[] = []
  readonly list: ContractList
  #hours = 0

  constructor(ttlHours: number) {
    this.list = new ContractList(
      {
        gateway: {
          contracts: () => {
            this.readAfterHours.push(this.#hours)
            return this.isDown ? Promise.reject(new Error('down')) : Promise.resolve([contracts.MNQ])
          },
          clock: { now: () => instantOf('2026-11-18T15:30:00Z') },
        },
        store: { saveContracts: () => {} },
        kernel: {
          heldContracts: () => [],
          handle: (event) => {
            if (event.kind === 'contract-learned') this.learned.push(event.contract.root)
          },
        },
        monitored: [],
        lines: { add: ({ message }) => this.told.push(message) },
        elapsedMs: () => this.#hours * HOUR_MS,
      },
      ttlHours * HOUR_MS,
    )
  }

  async pass(hours: number): Promise<void> {
    for (let hour = 0; hour < hours; hour++) {
      await this.list.refresh()
      this.#hours += 1
    }
  }
}

test('the list of contracts is read at the start and whenever it is as old as it may be', async () => {
  const watch = new Watch(24)
  await watch.pass(49)
  expect(watch.readAfterHours).toEqual([0, 24, 48])
  expect(watch.learned).toEqual(['MNQ', 'MNQ', 'MNQ'])
})

test('an age of a month is a month', async () => {
  const watch = new Watch(720)
  await watch.pass(721)
  expect(watch.readAfterHours).toEqual([0, 720])
})

test('another age of the configuration holds at once, counted from the last reading', async () => {
  const watch = new Watch(24)
  await watch.pass(10)
  watch.list.follow(8 * HOUR_MS)
  await watch.pass(10)
  expect(watch.readAfterHours).toEqual([0, 10, 18])
  watch.list.follow(720 * HOUR_MS)
  await watch.pass(48)
  expect(watch.readAfterHours).toEqual([0, 10, 18])
})

test('a list that cannot be read is told and ends nothing', async () => {
  const watch = new Watch(1)
  watch.isDown = true
  await watch.pass(1)
  watch.isDown = false
  await watch.pass(1)
  expect(watch.told).toEqual(['The list of contracts could not be read: down'])
  expect(watch.learned).toEqual(['MNQ'])
})
