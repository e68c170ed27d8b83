import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Channel, ChannelFault, type Notice } from '@rm/alerts'
import { AccountId, type Breach, instantOf } from '@rm/domain'
import { openStore, type Store } from '@rm/state'
import { expect, test } from 'vitest'
import { AlertDesk } from '../../src/alerts/alert-desk.ts'
import { Disguise } from '../../src/alerts/disguise.ts'
import { openDaemonLog } from '../../src/daemon-log.ts'
import { LineQueue } from '../../src/line-queue.ts'
import { LOGGING } from '../logging.ts'

const NOON = instantOf('2026-11-18T18:00:00Z')
const ACCOUNT = AccountId.parse(7_001_001)

const now = () => NOON

/** A receiver inside the process, which may be told to fail. */
class Receiver implements Channel {
  readonly name = 'slack'
  readonly minSeverity = 'warning'
  readonly noticesMax = 10
  readonly notices: Notice[] = []
  isDown = false
  /** What is wrong with its program. */
  defect: Error | null = null

  send(notices: readonly Notice[]): Promise<void> {
    if (this.defect !== null) return Promise.reject(this.defect)
    if (this.isDown) return Promise.reject(new ChannelFault('is down'))
    this.notices.push(...notices)
    return Promise.resolve()
  }

  get told(): readonly string[] {
    return this.notices.map(({ id, code, text }) => `${id} ${code} ${text}`)
  }
}

class Desk implements AsyncDisposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'rm-desk-'))
  readonly receiver = new Receiver()
  #store: Store | null = null
  #desk: AlertDesk | null = null
  #lines: LineQueue | null = null

  /** A run: the store is opened and the desk follows the log. */
  async begin(): Promise<{ readonly desk: AlertDesk; readonly lines: LineQueue; readonly store: Store }> {
    const lines = new LineQueue(await openDaemonLog(LOGGING, this.folder, () => NOON), null)
    const store = await openStore({
      path: path.join(this.folder, 'state.db'),
      secondFolder: null,
      now: () => NOON,
      program: { version: '0.1.0' },
    })
    const off = { discord: null, telegram: null, slack: null, webhook: null, email: null, alertmanager: null }
    const disguise = new Disguise({ showAccounts: false, showBalances: false, channels: off })
    disguise.hide([{ id: ACCOUNT, name: 'PRAC-V2-100200' }])
    const desk = new AlertDesk({
      channels: [this.receiver],
      table: store.alerts,
      epoch: store.epoch,
      lines,
      disguise,
      now,
    })
    this.#store = store
    this.#desk = desk
    this.#lines = lines
    return { desk, lines, store }
  }

  /** Ends a run. */
  async end(): Promise<void> {
    await this.#desk?.stop()
    this.#lines?.flush()
    this.#store?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
    rmSync(this.folder, { recursive: true })
  }
}

const alert = (text: string, facts: Readonly<Record<string, unknown>> = {}) =>
  ({ level: 'error', message: `Alert: ${text}`, topic: null, facts: { event: 'alert', alert: 'x', ...facts } }) as const

const BREACH: Breach = {
  id: '1-5',
  accountId: ACCOUNT,
  rule: 'RULE-001',
  scope: 'account',
  tier: 1,
  measured: '3 contracts',
  limit: '1 contract',
  message: 'too many',
  goals: [],
  alert: null,
  firstSeenAt: NOON,
  lastSeenAt: NOON,
  cause: 'trade-reported 5',
}

test('what was told before anybody could follow is not lost, and names no account', async () => {
  await using on = new Desk()
  const { lines, desk } = await on.begin()
  const facts = { accountId: ACCOUNT, alert: 'y' }
  lines.add(alert('account 7001001 (PRAC-V2-100200) is gone', facts))
  await expect.poll(() => on.receiver.told).toEqual(['1-1 y account …1001 (…1001) is gone'])
  expect(on.receiver.notices[0]?.account).toBe('…1001')
  expect(desk.list().map(({ told }) => told['slack']?.revision)).toEqual([1])
})

test('no balance leaves unless it is wanted', async () => {
  await using on = new Desk()
  const { lines } = await on.begin()
  lines.add(alert('the balance moved by $512.40', { alert: 'balance-unexplained' }))
  await expect.poll(() => on.receiver.notices).toHaveLength(1)
  expect(on.receiver.notices[0]?.text).not.toContain('512')
})

test('an alert that could not be delivered is told by the next run, and by that alone (P-17)', async () => {
  await using on = new Desk()
  const { lines } = await on.begin()
  on.receiver.isDown = true
  lines.add(alert('a copy failed'))
  await pause(200)
  await on.end()
  on.receiver.isDown = false
  await on.begin()
  await expect.poll(() => on.receiver.told).toContain('1-1 x a copy failed')
  await on.end()
  const told = on.receiver.told.length
  await on.begin()
  await pause(200)
  expect(on.receiver.told).toHaveLength(told)
})

test('a breach that is stored is told by the run that finds it untold, once (S-02)', async () => {
  await using on = new Desk()
  const first = await on.begin()
  first.desk.adopt([BREACH])
  await expect.poll(() => on.receiver.told).toEqual(['1-1 RULE-001 RULE-001: too many'])
  await on.end()
  const second = await on.begin()
  second.desk.adopt([BREACH])
  await pause(200)
  expect(on.receiver.told).toHaveLength(1)
})

test('an alert that cannot be stored is told all the same', async () => {
  await using on = new Desk()
  const { lines, store } = await on.begin()
  store.close()
  lines.add(alert('a copy failed'))
  await expect.poll(() => on.receiver.told).toContain('1-1 x a copy failed')
  await expect.poll(() => on.receiver.told.join()).toContain('alerts cannot be stored')
})

test('an alert can be acknowledged by its id', async () => {
  await using on = new Desk()
  const { lines, desk } = await on.begin()
  lines.add(alert('a copy failed'))
  await expect.poll(() => on.receiver.notices).toHaveLength(1)
  expect([desk.acknowledge('1-1'), desk.acknowledge('1-9')]).toEqual([true, false])
  expect(desk.list()[0]?.acknowledgedAt).toBe(NOON)
})

test('a channel that throws what it never should is one that fails', async () => {
  await using on = new Desk()
  const { lines, desk } = await on.begin()
  on.receiver.defect = new TypeError('of undefined')
  lines.add(alert('a copy failed'))
  await expect.poll(() => desk.isOpen('slack-failing', null)).toBe(true)
  on.receiver.defect = null
  await expect.poll(() => on.receiver.told, { timeout: 5_000 }).toContain('1-1 x a copy failed')
})
