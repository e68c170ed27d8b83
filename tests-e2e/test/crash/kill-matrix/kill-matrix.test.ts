import { describe, expect, test } from 'vitest'
import { cellsOfGate } from './kill-cells.ts'
import { playKill } from './play-kill.ts'

/** B-7 and B-3, of which the second run keeps the first by itself. */
const AS_IT_HAS_TO_BE_MS = 13_000

describe.concurrent('a kill in the middle of an enforcement ends in one enforcement (D-01):', () => {
  for (const cell of cellsOfGate()) {
    test(`${cell.point}, ${cell.action}, ${cell.outcome}`, async ({ task }) => {
      const tookMs = await playKill(cell)
      Object.assign(task.meta, { measuredMs: tookMs })
      expect(tookMs).toBeLessThan(AS_IT_HAS_TO_BE_MS)
    })
  }
})
