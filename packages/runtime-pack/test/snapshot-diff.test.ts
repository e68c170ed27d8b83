import { describe, expect, test } from 'vitest'
import { diffSnapshots } from '../src/snapshot-diff.ts'

describe('the difference of two snapshots', () => {
  const before = {
    takenAt: '2026-11-26T00:00:00Z',
    node: { version: '26.10.0' },
    disk: { freeBytes: 1 },
    gateway: [{ answerMs: 1, status: 200 }],
  }

  test('is what changed, came and went, and not what no two moments share', () => {
    const after = {
      takenAt: '2026-11-27T00:00:00Z',
      node: { version: '26.11.0' },
      disk: { freeBytes: 2 },
      gateway: [
        { answerMs: 2, status: 200 },
        { answerMs: 3, status: 404 },
      ],
    }
    expect(diffSnapshots(before, after)).toEqual([
      { path: 'node.version', before: '26.10.0', after: '26.11.0' },
      { path: 'gateway.1.status', before: undefined, after: 404 },
    ])
    expect(diffSnapshots(after, before)[1]).toEqual({ path: 'gateway.1.status', before: 404, after: undefined })
  })

  test('is nothing between a snapshot and itself', () => {
    expect(diffSnapshots(before, before)).toEqual([])
  })
})
