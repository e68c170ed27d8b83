import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { instantOf } from '@rm/domain'
import { type AuditHead, readAnchors } from '@rm/state'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuditAnchor } from '../src/audit-anchor.ts'
import { openDaemonLog } from '../src/daemon-log.ts'
import { LineQueue } from '../src/line-queue.ts'
import { LOGGING } from './logging.ts'

const NOW = instantOf('2026-11-18T15:45:00Z')
const MINUTE_MS = 60_000

let directory = ''

function headOf(seq: number): AuditHead {
  return { seq, hash: String(seq % 10).repeat(64) }
}

async function aTrail(file: string | null) {
  const log = await openDaemonLog(LOGGING, directory, () => NOW)
  const lines = new LineQueue(log, null)
  const store = { auditHead: headOf(1) }
  const anchor = new AuditAnchor({ store, lines, file, post: null, now: () => NOW })
  return {
    store,
    anchor,
    logged: (): string => {
      lines.flush()
      return readFileSync(path.join(directory, 'logs', 'risk_manager.log'), 'utf8')
    },
  }
}

describe('the head of the audit trail', () => {
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'rm-anchor-'))
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    rmSync(directory, { recursive: true, force: true })
  })

  test('is told at the start, when it changed at most once a minute, and at the stop (S-14)', async () => {
    const { store, anchor, logged } = await aTrail(null)
    anchor.start()
    vi.advanceTimersByTime(5 * MINUTE_MS)
    store.auditHead = headOf(2)
    store.auditHead = headOf(7)
    vi.advanceTimersByTime(MINUTE_MS - 1)
    expect(readAnchors(logged())).toEqual([headOf(1)])
    vi.advanceTimersByTime(MINUTE_MS)
    expect(readAnchors(logged())).toEqual([headOf(1), headOf(7)])
    store.auditHead = headOf(9)
    await anchor.stop()
    vi.advanceTimersByTime(5 * MINUTE_MS)
    expect(readAnchors(logged())).toEqual([headOf(1), headOf(7), headOf(9)])
  })

  test('goes to a file as well, behind what earlier runs wrote there', async () => {
    const file = path.join(directory, 'anchors.jsonl')
    for (const seq of [3, 8]) {
      const { store, anchor } = await aTrail(file)
      store.auditHead = headOf(seq)
      anchor.start()
      store.auditHead = headOf(seq + 1)
      await anchor.stop()
    }
    const text = readFileSync(file, 'utf8')
    expect(readAnchors(text)).toEqual([headOf(3), headOf(4), headOf(8), headOf(9)])
    expect(text.split('\n')[0]).toBe(
      JSON.stringify({ event: 'audit-head', seq: 3, hash: '3'.repeat(64), at: '2026-11-18T15:45:00.000Z' }),
    )
  })

  test('is kept for a file that cannot be written, with one alert, until that works again', async () => {
    const file = path.join(directory, 'far', 'anchors.jsonl')
    const { store, anchor, logged } = await aTrail(file)
    anchor.start()
    await vi.waitFor(() => expect(logged()).toContain('anchor-unwritable'))
    store.auditHead = headOf(2)
    vi.advanceTimersByTime(MINUTE_MS)
    mkdirSync(path.dirname(file))
    store.auditHead = headOf(5)
    await anchor.stop()
    expect(readAnchors(readFileSync(file, 'utf8'))).toEqual([headOf(1), headOf(2), headOf(5)])
    expect(logged().match(/"event":"alert",/g)).toHaveLength(1)
    expect(logged()).toContain('"event":"alert-over"')
  })
})
