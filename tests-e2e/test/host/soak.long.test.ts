import { readdirSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { residentBytes } from '../harness/process-memory.ts'
import { Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const MINUTE_MS = 60_000
const SOAK_MS = Number(process.env['RM_SOAK_MINUTES'] ?? '60') * MINUTE_MS
/** The first part of it, in which caches fill and code is compiled. */
const WARM_UP_SHARE = 0.2
const QUOTES_PER_SECOND = 200
const ROUND_MS = 2_000
/** So many of all requests meet a fault, at least. */
const FAULTS_SHARE = 0.01
/** Every so manieth round has a fault, of each kind in turn. */
const ROUNDS_PER_FAULT = 5
const GROWTH_MAX_BYTES = 50_000_000
const GROWTH_MAX_SHARE = 0.1
/** Connections come and go; a leak of one each round would be hundreds. */
const DESCRIPTORS_MAX = 15
/** A log that is emptied in time stays about as long as it was reserved (reliability D-14 tells of 64 MiB). */
const WAL_MAX_BYTES = 16 * 1024 * 1024

interface Use {
  readonly residentBytes: number
  readonly descriptors: number
  readonly walBytes: number
}

test('hours of trading with a fault now and then leave memory, descriptors and the log of the database where they were (P-09)', {
  timeout: SOAK_MS + 5 * MINUTE_MS,
  skip: process.platform !== 'linux',
}, async () => {
  await using opened = await Stage.open({ accounts: 2, rules: { max_contracts: { enabled: true, limit: 2 } } })
  const { stage, daemon } = opened
  const { gateway } = stage
  const measured: Use[] = []
  gateway.faults.hub('market', { verb: 'burst', perSecond: QUOTES_PER_SECOND, forMs: SOAK_MS })
  const begunMs = performance.now()
  for (let round = 0; performance.now() - begunMs < SOAK_MS; round += 1) {
    if (round % ROUNDS_PER_FAULT === 0) FAULTS[(round / ROUNDS_PER_FAULT) % FAULTS.length]?.(stage)
    for (const trader of [stage.trader(1), stage.trader(2)]) {
      await trader.enters('MNQ', OrderSide.buy, 3 - trader.position('MNQ'))
      await stage.awaitVenue('reduced', () => trader.position('MNQ') <= 2)
    }
    measured.push(useOf(stage, daemon.pid))
    await pause(ROUND_MS)
  }
  const warm = measured.slice(Math.floor(measured.length * WARM_UP_SHARE))
  const [early, late] = [warm.slice(0, warm.length / 4), warm.slice(-warm.length / 4)].map(medians)
  const most = Math.max(...measured.map(({ walBytes }) => walBytes))
  const faults = Math.ceil(measured.length / ROUNDS_PER_FAULT)
  const requests = gateway.requests.after(0).length
  const told = { rounds: measured.length, faults, requests, early, late, walBytesMax: most }
  process.stdout.write(`soak: ${JSON.stringify(told)}\n`)
  const allowedBytes = Math.max(GROWTH_MAX_BYTES, GROWTH_MAX_SHARE * (early?.residentBytes ?? Number.NaN))

  expect(measured.length).toBeGreaterThan(SOAK_MS / (5 * ROUND_MS))
  expect(faults / requests).toBeGreaterThan(FAULTS_SHARE)
  expect(late?.residentBytes).toBeLessThan((early?.residentBytes ?? Number.NaN) + allowedBytes)
  expect(late?.descriptors).toBeLessThan((early?.descriptors ?? Number.NaN) + DESCRIPTORS_MAX)
  expect(most).toBeLessThan(WAL_MAX_BYTES)
  expect((await daemon.stop()).code).toBe(0)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  expect((await storedState(stage.databaseFile, stage.accountIds)).verdict).toMatchObject({ ok: true })
})

/** What happens in one round, to the next request of its kind or to a stream. */
const FAULTS: readonly ((stage: Stage) => void)[] = [
  ({ gateway }) => gateway.faults.rest('any', { verb: 'status', status: 503 }),
  ({ gateway }) => gateway.faults.hub('user', { verb: 'rst' }),
  ({ gateway }) => gateway.faults.rest('closeContract', { verb: 'rst', executed: 'act' }),
  ({ gateway }) => gateway.faults.hub('market', { verb: 'rst' }),
  ({ gateway }) => gateway.faults.rest('any', { verb: 'garbage' }),
  ({ gateway }) => gateway.faults.rest('any', { verb: 'hang' }),
  ({ gateway }) => gateway.revokeTokens(),
]

function useOf({ databaseFile }: Stage, pid: number): Use {
  return {
    residentBytes: residentBytes(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    walBytes: statSync(`${databaseFile}-wal`).size,
  }
}

function medians(uses: readonly Use[]): Use {
  const median = (of: (use: Use) => number): number =>
    uses.map(of).toSorted((a, b) => a - b)[uses.length >> 1] ?? Number.NaN
  return {
    residentBytes: median((use) => use.residentBytes),
    descriptors: median((use) => use.descriptors),
    walBytes: median((use) => use.walBytes),
  }
}
