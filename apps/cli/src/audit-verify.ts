import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { RmError } from '@rm/domain'
import { EXIT_CODES } from '@rm/runtime-pack'
import { type AuditHead, type AuditVerdict, readAnchors, verifyAuditFile } from '@rm/state'
import { visible, wrapped } from '@rm/runtime-pack/terminal'
import type { CommandResult } from './config-check.ts'

export interface VerifyOptions {
  /** The data folder, or the database file itself. */
  readonly data: string
  /** A file with heads that were kept elsewhere, or `null`. */
  readonly anchor: string | null
  readonly face: 'text' | 'json'
  readonly style: { readonly color: boolean; readonly width: number }
}

/**
 * `audit verify`: whether the audit trail is what was written. Its codes are 0 intact, 1 broken and 3 not checked; a damaged database is a broken
 * trail, one that is held by a daemon is not checked.
 */
export function verifyAudit(options: VerifyOptions): CommandResult {
  const file = databaseOf(options.data)
  const anchors = options.anchor === null ? [] : anchorsOf(options.anchor)
  if ('unreadable' in anchors) return unchecked(anchors.unreadable, options)
  try {
    const verdict = verifyAuditFile(file, anchors)
    return told(file, verdict, anchors, options)
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    if (error.code === 'STORE_CORRUPT') return damaged(file, error.message, options)
    const remedy = error.code === 'STORE_LOCKED' ? 'Stop the daemon first, or check a copy of a backup.' : null
    return unchecked(remedy === null ? error.message : `${error.message}. ${remedy}`, options)
  }
}

/** The name of the database that the settings have by default; another one is named itself. */
const DATABASE = 'state.db'

function databaseOf(data: string): string {
  return statSync(data, { throwIfNoEntry: false })?.isFile() === true ? data : join(data, DATABASE)
}

function anchorsOf(file: string): readonly AuditHead[] | { readonly unreadable: string } {
  if (!existsSync(file)) return { unreadable: `there is no anchor file ${file}` }
  const anchors = readAnchors(readFileSync(file, 'utf8'))
  return anchors.length > 0 ? anchors : { unreadable: `${file} names no head of an audit trail` }
}

function told(
  file: string,
  verdict: AuditVerdict,
  anchors: readonly AuditHead[],
  { anchor, face, style }: VerifyOptions,
): CommandResult {
  const exitCode = verdict.ok ? EXIT_CODES.success : EXIT_CODES.exception
  if (face === 'json') return { output: `${JSON.stringify({ ...verdict, file, anchors: anchors.length })}\n`, exitCode }
  const newest = anchors.reduce((seq, head) => Math.max(seq, head.seq), 0)
  const compared =
    anchor === null
      ? 'with none; a trail that was computed anew would not show'
      : `with ${anchors.length} of ${anchor}, up to record ${newest}`
  const rows: readonly Row[] = verdict.ok
    ? [
        ['database', file],
        ['records', String(verdict.rows)],
        ['head', verdict.head],
        ['anchors', compared],
      ]
    : [
        ['database', file],
        [
          'record',
          `${verdict.firstBadSeq} is the first that ${verdict.kind === 'contradicted' ? 'the store contradicts' : 'is not as it was written'}`,
        ],
        ['kind', verdict.kind],
        ['why', verdict.reason],
        ['anchors', compared],
      ]
  return { output: page(verdict.ok, rows, style), exitCode }
}

function damaged(file: string, reason: string, { face, style }: VerifyOptions): CommandResult {
  const exitCode = EXIT_CODES.exception
  if (face === 'json') return { output: `${JSON.stringify({ ok: false, kind: 'damaged', reason, file })}\n`, exitCode }
  const rows: readonly Row[] = [
    ['database', file],
    ['kind', 'damaged'],
    ['why', reason],
  ]
  return { output: page(false, rows, style), exitCode }
}

function unchecked(reason: string, { face, style }: VerifyOptions): CommandResult {
  const exitCode = EXIT_CODES.configuration
  if (face === 'json') return { output: `${JSON.stringify({ ok: null, kind: 'not checked', reason })}\n`, exitCode }
  return { output: `${wrapped(visible(`Not checked: ${reason}`), style.width, 0).join('\n')}\n`, exitCode }
}

type Row = readonly [label: string, text: string]

const LABEL_WIDTH = 12

function page(isIntact: boolean, rows: readonly Row[], { color, width }: VerifyOptions['style']): string {
  const paint = (format: 'bold' | 'dim' | 'red' | 'green', text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text
  const title = isIntact ? paint('green', 'The audit trail is intact.') : paint('red', 'The audit trail is broken.')
  const lines = rows.flatMap(([label, text]) =>
    wrapped(`  ${label.padEnd(LABEL_WIDTH - 2)}${visible(text)}`, width, LABEL_WIDTH).map((line, index) =>
      index === 0 ? `${paint('dim', line.slice(0, LABEL_WIDTH))}${line.slice(LABEL_WIDTH)}` : line,
    ),
  )
  return `${[paint('bold', title), ...lines].join('\n')}\n`
}
