import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NO_SMALL_DISK, SmallDisk } from '@rm/package-config/small-disk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LogFile } from '../src/log-file.ts'

const NOON_MS = Temporal.Instant.from('2026-03-09T12:00:00Z').epochMilliseconds
const NAME = 'risk_manager.log'
let directory = ''

function open(maxBytes = 1_000): LogFile {
  return new LogFile({ directory, name: NAME, maxBytes, retentionDays: 30, wallClock: () => NOON_MS })
}

describe('the log file', () => {
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'rm-log-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('lines are with the system once flushed, and appended to what stood there', () => {
    writeFileSync(path.join(directory, NAME), 'before\n')
    const log = open()
    log.write('first\n')
    log.write('second\n')
    log.flush()
    expect(readFileSync(path.join(directory, NAME), 'utf8')).toBe('before\nfirst\nsecond\n')
  })

  test('a full file is put aside and the active one keeps its name', () => {
    const log = open(10)
    log.write('more than ten bytes\n')
    log.flush()
    log.write('after\n')
    log.flush()
    expect(readFileSync(path.join(directory, NAME), 'utf8')).toBe('after\n')
    expect(readdirSync(directory).filter((name) => name !== NAME)).toEqual([`${NAME}.2026-03-09T12-00-00Z`])
  })

  test('on a full disk whole lines are kept, others are lost and counted, and later ones are whole (D-06)', {
    skip: NO_SMALL_DISK !== null,
  }, () => {
    using disk = new SmallDisk(1)
    const log = new LogFile({
      directory: disk.path,
      name: NAME,
      maxBytes: 10_000_000,
      retentionDays: 30,
      wallClock: () => NOON_MS,
    })
    disk.fill()
    for (let line = 0; line < 100; line += 1) log.write(`${JSON.stringify({ line, text: 'x'.repeat(100) })}\n`)
    log.flush()
    expect(log.lost).toBe(1)
    disk.clear()
    log.write('{"line":"later"}\n')
    log.flush()
    const lines = readFileSync(path.join(disk.path, NAME), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { line: unknown }).line).at(-1)).toBe('later')
    expect(lines.length).toBeLessThan(100)
  })

  test('files older than the retention are removed, younger and foreign ones stay', () => {
    const old = path.join(directory, `${NAME}.old`)
    const young = path.join(directory, `${NAME}.young`)
    const foreign = path.join(directory, 'notes.txt')
    for (const file of [old, young, foreign]) writeFileSync(file, 'x')
    const past = NOON_MS / 1_000 - 31 * 86_400
    utimesSync(old, past, past)
    utimesSync(foreign, past, past)
    utimesSync(young, NOON_MS / 1_000, NOON_MS / 1_000)
    open()
    expect(readdirSync(directory).toSorted()).toEqual(['notes.txt', NAME, `${NAME}.young`].toSorted())
  })

  test('a folder that went away costs lines, counts them and throws nothing', () => {
    const log = open(1)
    log.write('first\n')
    log.flush()
    rmSync(directory, { recursive: true })
    log.write('lost, because the full file cannot be put aside\n')
    log.flush()
    expect(log.lost).toBe(1)
  })
})
