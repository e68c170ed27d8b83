import { readdirSync } from 'node:fs'
import { AccountId } from '@rm/domain'
import { measured } from '@rm/package-config/measured'
import { describe, expect, test } from 'vitest'
import { leaseName } from '../../src/lease/account-leases.ts'
import { leaseFolder } from '../../src/lease/lease-folder.ts'
import { ChildScript } from '../store/child-process.ts'
import { NOON } from '../store/turn-records.ts'
import { GATEWAY, HomeFolder } from './home-folder.ts'

const LEASING = new URL('./leasing-process.ts', import.meta.url)

async function holdingProcess(home: HomeFolder, account: number, apiUrl: string = GATEWAY): Promise<ChildScript> {
  const child = new ChildScript(LEASING, home.path, apiUrl, String(account))
  expect(await child.line()).toBe('held')
  return child
}

describe('an account that another process enforces', () => {
  test('is refused, and the refusal names that process (P-14)', async ({ task }) => {
    using home = new HomeFolder()
    await using first = await holdingProcess(home, 7)
    const begun = performance.now()
    expect(() => home.take([7])).toThrow(
      expect.objectContaining({
        code: 'ACCOUNT_LEASED',
        failure: 'exception',
        message: `account 7 of ${GATEWAY} is in use by process ${first.pid}, started 2026-03-09T17:00:00.000Z, data folder /the/first`,
        details: { pid: first.pid, startedAt: NOON, dataFolder: '/the/first' },
      }),
    )
    measured(task, performance.now() - begun)
  })

  test.each(['https://API.gateway.example/', `${GATEWAY}:443/v1`, 'https://api.gateway.example.'])(
    'is refused under %s, another spelling of its gateway (P-14)',
    async (spelling) => {
      using home = new HomeFolder()
      await using first = await holdingProcess(home, 7)
      expect(() => home.take([7], spelling)).toThrow(
        expect.objectContaining({ details: expect.objectContaining({ pid: first.pid }) }),
      )
    },
  )

  test('keeps the accounts beside it free: all leases are taken or none', async () => {
    using home = new HomeFolder()
    await using first = await holdingProcess(home, 7)
    expect(() => home.take([8, 7, 6])).toThrow(`process ${first.pid}`)
    expect(() => home.take([6, 8]).release()).not.toThrow()
  })

  test('is another one at another gateway', async () => {
    using home = new HomeFolder()
    await using first = await holdingProcess(home, 7, 'http://127.0.0.1:4001')
    for (const other of ['http://127.0.0.1:4002', GATEWAY]) {
      expect(() => home.take([7], other).release()).not.toThrow()
    }
    expect(() => home.take([7], 'http://127.0.0.1:4001')).toThrow(`process ${first.pid}`)
  })

  test('is free as soon as that process is killed', async () => {
    using home = new HomeFolder()
    const first = await holdingProcess(home, 7)
    await first.kill()
    expect(() => home.take([7]).release()).not.toThrow()
  })

  test('is free when it is given back, and nothing stays', async () => {
    using home = new HomeFolder()
    home.take([7, 8]).release()
    expect(readdirSync(leaseFolder(home.path))).toEqual([])
    await using successor = await holdingProcess(home, 7)
    expect(() => home.take([7])).toThrow(`process ${successor.pid}`)
  })
})

test('of daemons that start together, one at a time has the account', async () => {
  using home = new HomeFolder()
  const rounds = Array.from({ length: 4 }, () => new ChildScript(LEASING, home.path, GATEWAY, '7'))
  const answers = await Promise.all(rounds.map((child) => child.line()))
  expect(answers.toSorted()).toEqual(['ACCOUNT_LEASED', 'ACCOUNT_LEASED', 'ACCOUNT_LEASED', 'held'])
  await Promise.all(rounds.map((child) => child.kill()))
})

test('a lease is named after gateway and account, as any filesystem can have it', () => {
  expect(leaseName('https://[::1]:8443/api', AccountId.parse(7))).toBe('%5B%3A%3A1%5D_8443_7.lease')
})
