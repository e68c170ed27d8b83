import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { pingServiceManager } from '../src/service-ping.ts'

/** Stands for systemd: Node has no datagrams on Unix sockets. */
const RECEIVER = `
import socket, sys
place = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
place.bind(sys.argv[1])
print('ready', flush=True)
while True: print(place.recv(4096).decode(), flush=True)
`

const missing =
  spawnSync('python3', ['--version']).status !== 0
    ? 'no python3'
    : existsSync('/usr/bin/systemd-notify')
      ? null
      : 'no systemd-notify'

test.skipIf(missing !== null)(
  `systemd is pinged within its patience (P-05)${missing === null ? '' : ` (skipped: ${missing} on this machine)`}`,
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rm-ping-'))
    const socket = path.join(folder, 'notify')
    const receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      let heard = ''
      receiver.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text))
      await once(receiver.stdout, 'data')
      const failures: string[] = []
      const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' }
      const stop = pingServiceManager(environment, (reason) => failures.push(reason))
      await expect.poll(() => heard.match(/WATCHDOG=1/g)?.length ?? 0, { timeout: 3_000 }).toBeGreaterThan(1)
      stop()
      expect(failures).toEqual([])
    } finally {
      receiver.kill()
      rmSync(folder, { recursive: true })
    }
  },
)

test.skipIf(missing !== null)('a ping that does not arrive is told', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const environment = { NOTIFY_SOCKET: '/nowhere/notify', WATCHDOG_USEC: '3000000' }
  const stop = pingServiceManager(environment, resolve)
  expect(await promise).toContain('Failed to notify')
  stop()
})
