import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { followLog } from '../src/follow-log.ts'
import { DAEMON_LOG, linesBackwards, logFiles } from '../src/log-files.ts'
import { isTooOld, isWanted, type LogWish } from '../src/log-filter.ts'
import { shownLine } from '../src/log-text.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rm-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string): string => path.join(folder, name)
const ANYTHING: LogWish = { level: null, text: null, accountId: null, rule: null, sinceMs: null }

function line(facts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    level: 'info',
    time: '2026-11-18T15:45:00.000Z',
    msg: 'Breach: RULE-003: too much',
    ...facts,
  })
}

describe('the files of a log', () => {
  test('are read from the last line of the active one to the first of the oldest, beyond any chunk', () => {
    const long = 'é'.repeat(70_000)
    writeFileSync(file(DAEMON_LOG), `five\nsix\n`)
    writeFileSync(file(`${DAEMON_LOG}.2026-11-26T20-45-12Z`), `one\n${long}\n`)
    writeFileSync(file(`${DAEMON_LOG}.2026-11-26T20-45-12.5Z`), `three\nfour\n`)
    writeFileSync(file(`${DAEMON_LOG}.gz`), 'of somebody else\n')
    writeFileSync(file('api.log'), 'of another log\n')

    expect([...linesBackwards(logFiles(folder, DAEMON_LOG))]).toEqual(['six', 'five', 'four', 'three', long, 'one'])
  })

  test('are none in a folder that is not there', () => {
    expect(logFiles(file('none'), DAEMON_LOG)).toEqual([])
  })

  test('give a last line that has no end yet', () => {
    writeFileSync(file(DAEMON_LOG), 'one\ntw')
    expect([...linesBackwards(logFiles(folder, DAEMON_LOG))]).toEqual(['tw', 'one'])
  })
})

describe('a log that is followed', () => {
  test('gives what is added, whole lines only, over a rotation, and nothing of before', async () => {
    const active = file(DAEMON_LOG)
    writeFileSync(active, 'before\n')
    const stop = new AbortController()
    const followed = followLog(active, stop.signal)
    const next = async (): Promise<unknown> => (await followed.next()).value
    const first = next()
    appendFileSync(active, 'on')
    appendFileSync(active, 'e\ntwo\n')
    expect(await first).toBe('one')
    expect(await next()).toBe('two')
    appendFileSync(active, 'three\n')
    renameSync(active, `${active}.2026-11-26T20-45-12Z`)
    writeFileSync(active, 'four\n')
    expect(await next()).toBe('three')
    expect(await next()).toBe('four')
    const last = followed.next()
    stop.abort()
    expect(await last).toEqual({ done: true, value: undefined })
  })

  test('may begin later', async () => {
    const stop = new AbortController()
    const followed = followLog(file(DAEMON_LOG), stop.signal)
    const first = followed.next()
    writeFileSync(file(DAEMON_LOG), 'one\n')
    expect(await first).toEqual({ done: false, value: 'one' })
    await followed.return(undefined)
  })
})

describe('a wish', () => {
  test.each<[wish: Partial<LogWish>, isIt: boolean]>([
    [{}, true],
    [{ level: 'info' }, true],
    [{ level: 'warn' }, false],
    [{ text: 'bREACH' }, true],
    [{ text: 'lockout' }, false],
    [{ accountId: 7001003 }, true],
    [{ accountId: 7001004 }, false],
    [{ rule: 'RULE-003' }, true],
    [{ rule: 'RULE-00' }, false],
    [{ sinceMs: Date.parse('2026-11-18T15:45:00Z') }, true],
    [{ sinceMs: Date.parse('2026-11-18T15:45:01Z') }, false],
    [{ level: 'debug', text: 'breach', accountId: 7001003, rule: 'RULE-003' }, true],
  ])('%j decides whether a line is shown', (wish, isIt) => {
    expect(isWanted(line({ accountId: 7001003 }), { ...ANYTHING, ...wish })).toBe(isIt)
  })

  test('finds an account whose number the log shortens', () => {
    const shortened = line({ accountId: '…1003' })
    expect(isWanted(shortened, { ...ANYTHING, accountId: 7001003 })).toBe(true)
    expect(isWanted(shortened, { ...ANYTHING, accountId: 7001004 })).toBe(false)
  })

  test('finds text that is no JSON by its text alone', () => {
    expect(isWanted('INFO: Breach', { ...ANYTHING, text: 'breach' })).toBe(true)
    expect(isWanted('INFO: Breach', { ...ANYTHING, level: 'debug' })).toBe(false)
  })

  test('ends the search at the first line that is too old', () => {
    const sinceMs = Date.parse('2026-11-18T15:45:01Z')
    expect(isTooOld(line({}), { ...ANYTHING, sinceMs })).toBe(true)
    expect(isTooOld(line({}), ANYTHING)).toBe(false)
    expect(isTooOld('no JSON', { ...ANYTHING, sinceMs })).toBe(false)
  })
})

describe('a shown line', () => {
  test('has time, level, account, message and the facts that say more', () => {
    expect(shownLine(line({ accountId: 7001003, because: 'no price', tookMs: 12 }), 'America/Chicago')).toEqual({
      head: '2026-11-18 09:45:00.000',
      level: 'INFO',
      text: '7001003  Breach: RULE-003: too much  (because no price, tookMs 12)',
    })
  })

  test('is the line itself when it is no JSON', () => {
    expect(shownLine('INFO: Breach', 'UTC')).toEqual({ head: '', level: '', text: 'INFO: Breach' })
  })
})
