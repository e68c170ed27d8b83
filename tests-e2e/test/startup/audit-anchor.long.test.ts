import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { readAnchors, verifyAuditFile } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { enforcementOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }

test('what a daemon told of its trail gives away that its end was cut off (X-02) (S-14)', async () => {
  await using stage = await Stage.set({ rules: RULES, general: { audit: { anchor_file: 'anchors.jsonl' } } })
  const daemon = await stage.startTrustedDaemon()
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  expect((await daemon.stop()).code).toBe(0)

  const file = path.join(stage.dataDirectory, 'anchors.jsonl')
  expect(existsSync(file)).toBe(true)
  const told = readAnchors(readFileSync(file, 'utf8'))
  const logged = readAnchors(readFileSync(path.join(stage.dataDirectory, 'logs', 'risk_manager.log'), 'utf8'))
  expect(told.length).toBeGreaterThanOrEqual(2)
  expect(logged).toEqual(told)
  const verdict = verifyAuditFile(stage.databaseFile, told)
  expect(verdict).toMatchObject({ ok: true, rows: told.at(-1)?.seq })

  // The last record goes, with the head and everything that the database itself could tell.
  const database = new Sqlite(stage.databaseFile)
  database.exec(`DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE seq = (SELECT seq FROM audit_head);
    UPDATE audit_head SET seq = seq - 1, hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)`)
  database.close()
  expect(verifyAuditFile(stage.databaseFile, [])).toMatchObject({ ok: true })
  expect(verifyAuditFile(stage.databaseFile, logged)).toMatchObject({
    ok: false,
    kind: 'truncated',
    firstBadSeq: told.at(-1)?.seq,
  })
})

test('the head is posted to another machine with the token of a variable; what fails is told once, tried again, and told when it is over (X-02)', async () => {
  await using receiver = await AnchorReceiver.listen()
  const audit = { anchor_url: receiver.url, anchor_bearer_from: 'ANCHOR_BEARER' }
  await using stage = await Stage.set({ rules: RULES, general: { audit } })
  receiver.status = 503
  const daemon = await stage.startTrustedDaemon({ environment: { ANCHOR_BEARER: 'planted-bearer-77' } })
  await daemon.log.awaitLine('the alert', (line) => line['alert'] === 'anchor-unposted')
  // Nothing waits for it.
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  receiver.status = 204
  await daemon.log.awaitLine('the end', (line) => line.event === 'alert-over' && line['alert'] === 'anchor-unposted')
  expect((await daemon.stop()).code).toBe(0)

  expect(
    daemon.log.lines().filter((line) => line.event === 'alert' && line['alert'] === 'anchor-unposted'),
  ).toHaveLength(1)
  expect(daemon.log.tail(10_000)).not.toContain('planted-bearer-77')
  expect(new Set(receiver.requests.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer planted-bearer-77']),
  )
  const told = readAnchors(receiver.requests.map(({ body }) => body).join('\n'))
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ run: 1, at: expect.stringMatching(/Z$/) })
  expect(verifyAuditFile(stage.databaseFile, told)).toMatchObject({ ok: true, rows: told.at(-1)?.seq })
})

/** Another machine that takes heads. */
class AnchorReceiver implements AsyncDisposable {
  readonly requests: { readonly authorization: string | undefined; readonly body: string }[] = []
  /** What it answers with. */
  status = 204
  readonly #server = createServer((request, response) => {
    void this.#take(request, response)
  })

  static async listen(): Promise<AnchorReceiver> {
    const receiver = new AnchorReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    this.requests.push({ authorization: request.headers.authorization, body })
    response.writeHead(this.status).end()
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens nowhere')
    return `http://127.0.0.1:${address.port}/heads`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
