import { stripVTControlCharacters } from 'node:util'
import type { Diagnostic, Severity } from './diagnostic.ts'

export interface DiagnosticStyle {
  readonly color: boolean
  /** Columns of the terminal. */
  readonly width: number
}

const WIDTH_MIN = 40
const LABEL_WIDTH = 10

/** The diagnostics for people, errors first, with a closing count. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], style: DiagnosticStyle): string {
  const paint = style.color ? painted : plain
  const ordered = SEVERITIES.flatMap((severity) => diagnostics.filter((one) => one.severity === severity))
  const blocks = ordered.map((diagnostic) => block(diagnostic, Math.max(WIDTH_MIN, style.width), paint))
  return [...blocks, countOf(diagnostics)].join('\n\n')
}

/** One diagnostic per line, for programs. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => JSON.stringify(diagnostic)).join('\n')
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'notice']

type Paint = (text: string, style: keyof typeof CODES) => string

const CODES = { error: '31;1', warning: '33;1', notice: '36;1', bold: '1', dim: '2' } as const

const painted: Paint = (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m`
const plain: Paint = (text) => text

function block(diagnostic: Diagnostic, width: number, paint: Paint): string {
  const { severity, file, line, column, keyPath, layer, expected, got, why, fix, also } = diagnostic
  const isOwnFile = layer === '' || file.endsWith(layer)
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['layer', isOwnFile ? undefined : layer],
    ['expected', expected],
    ['got', got],
    ['why', why],
    ['fix', fix],
    ['also', also],
  ]
  const rows = parts.flatMap(([label, text]) => (text === undefined ? [] : row(label, text, width, paint)))
  const place = `${file}:${line}:${column}`
  const head = `${paint(severity.padEnd(8), severity)} ${paint(shown(place), 'bold')}`
  return [head, ...(keyPath === '' ? [] : [`  ${paint(shown(keyPath), 'bold')}`]), ...rows].join('\n')
}

function row(label: string, text: string, width: number, paint: Paint): readonly string[] {
  const lines = wrapped(shown(text), width - LABEL_WIDTH - 2)
  return lines.map((line, index) => `  ${paint((index === 0 ? label : '').padEnd(LABEL_WIDTH), 'dim')}${line}`)
}

/** Text of a file must not steer the terminal. */
function shown(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function countOf(diagnostics: readonly Diagnostic[]): string {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: diagnostics.filter((one) => one.severity === severity).length,
  })).filter(({ count }) => count > 0)
  if (counts.length === 0) return 'The configuration has no problems.'
  return counts.map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`).join(', ')
}
