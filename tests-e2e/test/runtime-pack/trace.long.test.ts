import { existsSync } from 'node:fs'
import path from 'node:path'
import { readTraceReport, TRACE_LOG, type TraceReport } from '@rm/runtime-pack'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { runCommand } from '../harness/command-run.ts'
import { trusted } from '../harness/daemon-story.ts'
import { LogReader } from '../harness/log-reader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }
const TRACED = { environment: { ASYNC_DEBUG: '1' } }

function traceOf(stage: Stage, ...words: readonly string[]) {
  return runCommand(['trace', '--data', stage.dataDirectory, ...words])
}

/** The first report of the running daemon that is meant. */
async function reportOf(stage: Stage, isMeant: (report: TraceReport) => boolean): Promise<TraceReport> {
  const file = path.join(stage.dataDirectory, 'logs', TRACE_LOG)
  await awaitCondition('the trace', () => existsSync(file))
  const lines = new LogReader(file)
  return await awaitCondition(
    'a report',
    () =>
      lines
        .lines()
        .map((line) => readTraceReport(JSON.stringify(line)))
        .findLast((report) => report !== null && isMeant(report)),
    { withinMs: 60_000 },
  )
}

describe.concurrent('a traced daemon', () => {
  test('names a hub that is stuck in its handshake, who began that, and how old it is', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.gateway.faults.hub('user', { verb: 'handshake', reply: 'silence' }, { times: null })
    stage.startDaemon(TRACED)
    const { pending } = await reportOf(stage, ({ diagnosis }) => diagnosis.some((one) => one.startsWith('hub connect')))

    const stuck = pending.find(({ name }) => name === 'hub connect')
    expect(stuck).toMatchObject({ about: 'user', waitsFor: 'the handshake' })
    expect(stuck?.stack[0]).toMatch(/^at #live .*\.js:\d+:\d+/)
    const { code, stdout } = await traceOf(stage)
    expect(stdout).toContain('user hub: never connected')
    expect(stdout).toMatch(/^\d+\.\d s +hub connect +user: the handshake$/m)
    expect(stdout).toContain('market hub: connected, last heard ')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  })

  test('names a hub that is connected and silent', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startTrustedDaemon(TRACED)
    stage.gateway.faults.hub('user', { verb: 'blackhole' })
    const { diagnosis } = await reportOf(stage, ({ streams }) => (streams[0]?.silentMs ?? 0) > 20_500)

    expect(diagnosis[0]).toMatch(/^user hub: connected, silent for 2\d s$/)
    const inJson = JSON.parse((await traceOf(stage, '--json')).stdout) as TraceReport
    expect(inJson.ended).toMatchObject({ 'REST call': {}, reading: {}, 'hub connect': {}, 'hub subscribe': {} })
    expect(inJson.pid).toBe(daemon.pid)
  })

  test('writes at SIGUSR2 what it waits for at once', { skip: process.platform === 'win32' }, async () => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startTrustedDaemon(TRACED)
    stage.gateway.faults.rest('searchOpenPositions', { verb: 'hang' }, { times: null })
    stage.trader().buy('MNQ', 7)
    await awaitCondition('a call that hangs', () =>
      stage.gateway.requests.after(0).findLast(({ route }) => route === 'searchOpenPositions'),
    )
    daemon.signal('SIGUSR2')
    const { pending } = await reportOf(stage, (report) =>
      report.pending.some(({ about }) => about.includes('searchOpen')),
    )
    expect(pending.map(({ name }) => name)).toEqual(expect.arrayContaining(['REST call', 'reading']))
    expect(pending.find(({ name }) => name === 'reading')?.about).toBe(`account ${FIRST_ACCOUNT}`)
  })

  test('is none without ASYNC_DEBUG', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startDaemon().running()
    await trusted(daemon.log, stage.accountIds)
    expect(existsSync(path.join(stage.dataDirectory, 'logs', TRACE_LOG))).toBe(false)
    const { code, stderr } = await traceOf(stage)
    expect(stderr).toContain('start the daemon with ASYNC_DEBUG=1')
    expect(code).toBe(3)
  })
})
