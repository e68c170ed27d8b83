import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, MIDNIGHT } from './turn-records.ts'

const HEADER_BYTES = 32
const FRAME_BYTES = 24 + 4096
const TURNS = 4

test('a log that is cut anywhere opens with the first turns whole and none in part (D-02)', async () => {
  using folder = new DataFolder()
  ;(await folder.open()).close()
  using store = await folder.open()
  for (let key = 0; key < TURNS; key += 1) store.commit([aBreachTurn(key)])
  const log = readFileSync(`${folder.database}-wal`)
  const frames = countFrames(log)
  const cuts = Array.from({ length: frames + 1 }, (_, count) => HEADER_BYTES + count * FRAME_BYTES)
  const seen = new Set<number>()
  for (const boundary of cuts) {
    for (const cut of [boundary, boundary + 11, boundary + 24 + 2_000, boundary + ((boundary * 7_919) % FRAME_BYTES)]) {
      using copy = new DataFolder()
      copyFileSync(folder.database, copy.database)
      writeFileSync(`${copy.database}-wal`, log.subarray(0, cut))
      using reopened = await copy.open()
      const turns = reopened.loadAccount(TEST_ACCOUNT, MIDNIGHT)
      const survived = turns.lockouts.length
      const keys = Array.from({ length: survived }, (_, key) => key)
      expect(turns.breaches.map(({ id }) => id)).toEqual(keys.map((key) => `breach-${key}`))
      expect(turns.lockouts.map(({ id }) => id)).toEqual(keys.map((key) => `lockout-${key}`))
      expect(turns.goals.map(({ id }) => id)).toEqual(keys.map((key) => `goal-${key}`))
      expect(turns.commands).toHaveLength(2 * survived)
      expect(reopened.verifyAudit()).toMatchObject({ ok: true, rows: 5 * survived })
      seen.add(survived)
    }
  }
  expect(seen).toEqual(new Set([0, 1, 2, 3, TURNS]))
})

test('a zeroed page, a torn one and a flipped bit in the tail of the log cost the turns from there on, never the file (D-03)', async () => {
  using folder = new DataFolder()
  ;(await folder.open()).close()
  using store = await folder.open()
  for (let key = 0; key < TURNS; key += 1) store.commit([aBreachTurn(key)])
  const log = readFileSync(`${folder.database}-wal`)
  const end = HEADER_BYTES + countFrames(log) * FRAME_BYTES
  for (const spoil of [zeroed, torn, flipped]) {
    using copy = new DataFolder()
    copyFileSync(folder.database, copy.database)
    writeFileSync(`${copy.database}-wal`, spoil(log, end - 4096))
    using reopened = await copy.open()
    expect(reopened.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toHaveLength(TURNS - 1)
    expect(reopened.verifyAudit()).toMatchObject({ ok: true, rows: 5 * (TURNS - 1) })
  }
})

/** Frames that were written: behind them lies what was reserved, zeros. */
function countFrames(log: Buffer): number {
  let frames = 0
  while (log.readUInt32BE(HEADER_BYTES + frames * FRAME_BYTES) !== 0) frames += 1
  return frames
}

function zeroed(log: Buffer, from: number): Buffer {
  return Buffer.from(log).fill(0, from, from + 4096)
}

/** The disk wrote the first half of the page and not the second. */
function torn(log: Buffer, from: number): Buffer {
  return Buffer.from(log).fill(0, from + 2048, from + 4096)
}

function flipped(log: Buffer, from: number): Buffer {
  const spoiled = Buffer.from(log)
  spoiled.writeUInt8(spoiled.readUInt8(from + 100) ^ 1, from + 100)
  return spoiled
}
