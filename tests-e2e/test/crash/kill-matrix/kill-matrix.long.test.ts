import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { allCells, whyNot } from './kill-cells.ts'
import { killMatrixPage, type PlayedCell } from './kill-matrix-page.ts'
import { playKill } from './play-kill.ts'

const PAGE = path.resolve(import.meta.dirname, '../../../../docs/kill-matrix.md')

const cells = allCells().filter((cell) => whyNot(cell) === null)
const played: PlayedCell[] = []

afterAll(() => {
  const page = killMatrixPage(played)
  process.stdout.write(page)
  // A run of some cells, chosen by their names, says nothing about the others.
  if (played.length === cells.length) writeFileSync(PAGE, page)
})

describe.concurrent('killed at every point of every action, whatever the gateway answers (D-01):', () => {
  for (const cell of cells) {
    test(`${cell.point}, ${cell.action}, ${cell.outcome}`, async () => {
      const result = await playKill(cell).then(
        (tookMs) => ({ tookMs, wrong: null }),
        (wrong: unknown) => ({ tookMs: null, wrong }),
      )
      played.push({ ...cell, tookMs: result.tookMs })
      expect(result.wrong).toBeNull()
    })
  }
})
