import { describe, expect, test } from 'vitest'
import { plainOf } from '../src/config-node.ts'
import { Report } from '../src/diagnostic.ts'
import { readYaml } from '../src/read-yaml.ts'

function read(text: string): { readonly value: unknown; readonly errors: readonly string[] } {
  const report = new Report()
  const tree = readYaml({ file: 'f', layer: 'l', text }, () => null, report)
  const errors = report.all().map(({ line, column, keyPath }) => `${line}:${column} ${keyPath}`.trimEnd())
  return { value: tree === null ? null : plainOf(tree), errors }
}

describe('YAML 1.2 core', () => {
  test.each([
    ['', {}],
    ['# only a comment', {}],
    ['\uFEFFa: 1', { a: 1 }],
    ['a: 17:00', { a: '17:00' }],
    ['a: 08:00', { a: '08:00' }],
    ['a: yes\nb: on\nc: No', { a: 'yes', b: 'on', c: 'No' }],
    ['a: true\nb: null\nc:', { a: true, b: null, c: null }],
    ['a: 0.1\nb: -500.00\nc: 1e3\nd: .5\ne: 1_000', { a: 0.1, b: -500, c: 1000, d: 0.5, e: '1_000' }],
    ['a: 2026-12-25', { a: '2026-12-25' }],
    ['a: &x [1, 2]\nb: *x', { a: [1, 2], b: [1, 2] }],
    ['2026: [a]', { 2026: ['a'] }],
    ['a: "x\ty" # \t', { a: 'x\ty' }],
    ['a: |\n  text\n', { a: 'text\n' }],
    ['%YAML 1.2\n---\na: 1', { a: 1 }],
  ])('%j is read', (text, value) => expect(read(text)).toEqual({ value, errors: [] }))

  test.each([
    ['a: 1\na: 2', '2:1 a'],
    ['a:\n  b: 1\n  "b": 2', '3:3 a.b'],
    ['1: x\n"1": y', '2:1 1'],
    ['a:\n\tb: 1', '2:1'],
    ['a:\tb', '1:3'],
    ['a: [1,\t2]', '1:7'],
    ['a: !!str x', '1:10 a'],
    ['a: !custom x', '1:12 a'],
    ['a: !!map {b: 1}', '1:10 a'],
    ['a: &x [*x]', '1:8 a[0]'],
    ['a: &x {b: *x}', '1:11 a.b'],
    ['a: *nowhere', '1:4 a'],
    ['a: 1\n---\nb: 2', '2:1'],
    ['%YAML 1.1\n---\na: yes', '1:1'],
    ['a: "open', '1:9'],
    ['a: {b: 1', '1:9'],
    ['a: 1\n b: 2', '1:4'],
    ['? [a]\n: b', '1:3'],
    ['- a\n- b', '1:1'],
    ['just text', '1:1'],
    ['<<: {a: 1}\n__proto__: {a: 1}', '2:1'],
    ['a: .inf', '1:4 a'],
    ['a: .nan', '1:4 a'],
    ['a: -0', '1:4 a'],
    ['a: -0.0', '1:4 a'],
    ['a: 1e999', '1:4 a'],
    ['a: -500.00000000000000001', '1:4 a'],
    ['a: 12345678901234567890', '1:4 a'],
    ['a: " padded"', '1:4 a'],
    ['a: "padded "', '1:4 a'],
    ['a: ${1}', '1:4 a'],
  ])('%j is refused at its place (C-06)', (text, error) => expect(read(text).errors).toEqual([error]))

  test('a bomb of aliases is refused once and quickly (C-06)', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 12; level += 1)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      )
    expect(read(lines.join('\n')).errors).toHaveLength(1)
  })

  test('nesting without end is refused', () => {
    expect(read(`a: ${'['.repeat(200)}${']'.repeat(200)}`).errors).toHaveLength(1)
    expect(read(`a: ${'['.repeat(100_000)}`).errors).toHaveLength(1)
  })
})
