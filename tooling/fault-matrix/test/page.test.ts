import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../src/catalogue.ts'
import { idsInTests } from '../src/evidence.ts'
import { matrixOf } from '../src/matrix.ts'
import { fixedCells } from '../src/page.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const ROWS: Readonly<Record<string, number>> = { G: 22, A: 11, R: 30, D: 21, T: 9, C: 10, P: 18, E: 21, M: 5, X: 10 }

describe('the catalogue', () => {
  test.each(Object.entries(ROWS))('has every row of section %s, numbered from 01 to %d', (letter, count) => {
    const ids = catalogue.flatMap(({ rows }) => Object.keys(rows)).filter((id) => id.startsWith(letter))
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => `${letter}-${String(index + 1).padStart(2, '0')}`))
  })

  test('has a test for each row that does not say why it cannot have one', () => {
    const shown = idsInTests(ROOT)
    const silent = catalogue
      .flatMap(({ rows }) => Object.entries(rows))
      .filter(([id, row]) => row.notHere === undefined && !shown.has(id))
    expect(silent.map(([id]) => id)).toEqual([])
  })
})

describe('docs/fault-matrix.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs/fault-matrix.md'), 'utf8')

  test('lists every row as the catalogue has it; `npm run -s fault-matrix` writes it anew', () => {
    const rows = matrixOf(new Map()).flatMap((section) => section.rows)
    expect(rows.map(fixedCells).filter((cells) => !page.includes(cells))).toEqual([])
    expect(page.match(/^\| [A-Z]-\d\d /gm)).toHaveLength(rows.length)
  })
})
