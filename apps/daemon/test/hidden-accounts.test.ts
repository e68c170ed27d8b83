import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AccountId } from '@rm/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDaemonLog } from '../src/daemon-log.ts'
import { HiddenAccounts } from '../src/hidden-accounts.ts'
import { type Line, LineQueue } from '../src/line-queue.ts'
import { LOGGING } from './logging.ts'

const FIRST = { id: AccountId.parse(7_001_234), name: '50KTC-V2-100200-7001234' }
const SECOND = { id: AccountId.parse(7_005_678), name: 'PRAC-V2-100200' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rm-hidden-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the log files hold of a line, and what somebody who follows was told. */
async function written(
  line: Line,
  hidden: HiddenAccounts | null,
): Promise<{ log: string; api: string; followed: unknown[] }> {
  const files = { ...LOGGING.files, api: { level: 'INFO' } } as const
  const settings = { ...LOGGING, files, maskAccounts: hidden !== null }
  const lines = new LineQueue(await openDaemonLog(settings, folder, () => 0), hidden)
  const followed: unknown[] = []
  lines.follow((told) => followed.push(told))
  lines.add(line)
  lines.flush()
  const read = (name: string): string => readFileSync(path.join(folder, 'logs', name), 'utf8')
  return { log: read('risk_manager.log'), api: read('api.log'), followed }
}

describe('accounts in the log', () => {
  const line: Line = {
    level: 'warn',
    message: `Watching ${FIRST.id} (${FIRST.name}) and ${SECOND.name}`,
    topic: null,
    facts: {
      accountId: FIRST.id,
      contracts: 3,
      answer: `{"accounts":[{"id":${SECOND.id},"name":"${SECOND.name}"}]}`,
      deep: [{ accountId: SECOND.id, size: 2 }],
    },
  }

  test('are shortened wherever they stand, and told in full to whoever follows', async () => {
    const hidden = new HiddenAccounts()
    hidden.hide([FIRST])
    hidden.hide([SECOND])
    const { log, followed } = await written(line, hidden)
    expect(JSON.parse(log)).toMatchObject({
      msg: 'Watching …1234 (…1234) and …5678',
      accountId: '…1234',
      contracts: 3,
      answer: '{"accounts":[{"id":…5678,"name":"…5678"}]}',
      deep: [{ accountId: '…5678', size: 2 }],
    })
    expect(followed).toEqual([line])
  })

  test('are named in full otherwise', async () => {
    const { log } = await written(line, null)
    expect(JSON.parse(log)).toMatchObject({ msg: line.message, accountId: FIRST.id })
  })

  test('of the configuration are hidden by their name before the gateway has told their number', () => {
    const hidden = new HiddenAccounts()
    hidden.hide([{ id: SECOND.name, name: 'Opening range' }])
    expect(hidden.text(`${SECOND.name} (Opening range)`)).toBe('…0200 (…0200)')
  })

  test('with a name that is as short as the rest that is shown are left alone', () => {
    const hidden = new HiddenAccounts()
    hidden.hide([{ id: FIRST.id, name: 'A' }])
    expect(hidden.text('A turn of 7001234')).toBe('A turn of …1234')
  })
})

test('single requests stand in api.log alone, and nobody who follows is told of them', async () => {
  const request: Line = { level: 'info', message: '/api/Trade/search: answered', topic: 'traffic', facts: {} }
  const { log, api, followed } = await written(request, null)
  expect([log, JSON.parse(api), followed]).toEqual(['', expect.objectContaining({ msg: request.message }), []])
})
