import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Spoiling, SpoiltServer } from '@rm/package-config/spoilt-server'
import { instantOf } from '@rm/domain'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AnchorPost } from '../src/anchor-post.ts'
import { openDaemonLog } from '../src/daemon-log.ts'
import { LineQueue } from '../src/line-queue.ts'
import { LOGGING } from './logging.ts'

const NOW = instantOf('2026-11-18T15:45:00Z')
const HEAD = { seq: 7, hash: '7'.repeat(64) }

let directory = ''
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'rm-anchor-post-'))))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function aPost(url: string) {
  const lines = new LineQueue(await openDaemonLog(LOGGING, directory, () => NOW), null)
  const post = new AnchorPost({ url, bearer: 's3cret', run: 1, lines })
  const logged = (): string => {
    lines.flush()
    return readFileSync(path.join(directory, 'logs', 'risk_manager.log'), 'utf8')
  }
  return { post, logged }
}

test.each<[Spoiling, string]>([
  ['refuses', 'the answer was 503'],
  ['cuts the connection', 'fetch failed'],
  ['answers nonsense', 'fetch failed'],
])('another machine that %s has not got the head: one alert, and no token in it', async (spoiling, words) => {
  await using server = await SpoiltServer.open(spoiling)
  const { post, logged } = await aPost(server.url)
  post.tell(HEAD, NOW)
  await post.stop()
  expect(logged().match(/"alert":"anchor-unposted"/g)).toHaveLength(1)
  expect(logged()).toContain(words)
  expect(logged()).not.toContain('s3cret')
})

test('another machine that is silent is given up after five seconds', async () => {
  const server = await SpoiltServer.open('is silent')
  const { post, logged } = await aPost(server.url)
  try {
    post.tell(HEAD, NOW)
    await expect.poll(logged, { timeout: 10_000 }).toContain('anchor-unposted')
    expect(logged()).toContain('timeout')
  } finally {
    await server[Symbol.asyncDispose]()
    await post.stop()
  }
})
