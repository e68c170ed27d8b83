import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Spoiling, SpoiltServer } from '@rm/package-config/spoilt-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ControlClient, socketPath } from '../src/index.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-control-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each<[Spoiling, string]>([
  ['refuses', 'CALL_REFUSED'],
  ['cuts the connection', 'DAEMON_UNREACHABLE'],
  ['goes away in the middle', 'DAEMON_UNREACHABLE'],
  ['answers nonsense', 'DAEMON_UNREACHABLE'],
  ['answers what is no JSON', 'CALL_REFUSED'],
  ['answers other JSON', 'CALL_REFUSED'],
])('a daemon that %s is told as %s', async (spoiling, code) => {
  const socket = socketPath(folder, 'trader')
  await using resources = new AsyncDisposableStack()
  resources.use(await SpoiltServer.open(spoiling, socket))
  await using client = new ControlClient(socket)
  await expect(client.call('report', {})).rejects.toMatchObject({ code })
})

test('a daemon that is not there is told as DAEMON_UNREACHABLE', async () => {
  await using client = new ControlClient(socketPath(path.join(folder, 'none'), 'trader'))
  await expect(client.call('report', {})).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' })
  await expect(client.page('/metrics')).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' })
})
