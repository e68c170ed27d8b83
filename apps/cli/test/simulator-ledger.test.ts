import { type Spoiling, SpoiltServer } from '@rm/package-config/spoilt-server'
import { expect, test } from 'vitest'
import { readLedger } from '../src/simulator-ledger.ts'

test.each<Spoiling>([
  'refuses',
  'cuts the connection',
  'goes away in the middle',
  'answers nonsense',
  'answers what is no JSON',
  'answers other JSON',
])('a simulator that %s is never taken for one that holds nothing', async (spoiling) => {
  await using server = await SpoiltServer.open(spoiling)
  await expect(readLedger(server.url)).rejects.toThrow(/not valid JSON|fetch failed|terminated|expected array/)
})
