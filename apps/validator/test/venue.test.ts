import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Spoiling, SpoiltServer } from '@rm/package-config/spoilt-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Venue } from '../src/rehearsal/venue.ts'
import { answer, type Check } from '../src/validator.ts'
import { askCheck, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-venue-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const FAILED = /not valid JSON|refused|fetch failed|terminated|expected (array|boolean)/

test.each<Spoiling>([
  'refuses',
  'cuts the connection',
  'goes away in the middle',
  'answers nonsense',
  'answers what is no JSON',
  'answers other JSON',
])('a simulated gateway that %s is never taken for one on which nothing happened', async (spoiling) => {
  await using server = await SpoiltServer.open(spoiling)
  const venue = new Venue(server.url)
  await expect(venue.account(1)).rejects.toThrow(FAILED)
  await expect(venue.ledger()).rejects.toThrow(FAILED)
  await expect(venue.place({ accountId: 1, contractId: 'MNQ', side: 'buy', size: 1 })).rejects.toThrow(FAILED)
})

test('a simulated gateway that is silent lets the check stall, and nothing more', async () => {
  await using server = await SpoiltServer.open('is silent')
  const check: Check = {
    id: 'silent',
    title: 'The venue answers',
    from: 'quick',
    limitMs: 100,
    run: async () => answer(`${(await new Venue(server.url).ledger()).length} entries`),
  }
  const { verdict, findings } = await askCheck(check, runContext(), folder)
  expect([verdict, findings[0]?.what]).toEqual(['stalled', 'no answer within 0.1 s'])
})
