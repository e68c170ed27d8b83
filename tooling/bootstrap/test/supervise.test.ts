import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scratchFolder } from './scratch-folder.ts'

const superviseUrl = new URL('../supervise.mjs', import.meta.url).href

/** A process that supervises `script` (JavaScript text) as the bootstrap does. */
function supervisorOf(script: string): string {
  return `
    import { supervise } from ${JSON.stringify(superviseUrl)}
    process.exitCode = await supervise(process.execPath, ['-e', ${JSON.stringify(script)}])`
}

function start(module: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', module], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
}

/** Answers with the next line that the process or any of its children prints. */
function lines(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('the process has no standard output')
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
}

const waitsForSignal = (signal: string, code: number): string => `
  process.on('${signal}', () => { console.log('stopped by ${signal}'); process.exit(${code}) })
  setInterval(() => {}, 1000)
  console.log('ready')`

describe('a supervised program', () => {
  test.each([0, 1, 37, 64])('hands its exit code %i on', async (code) => {
    const supervisor = start(supervisorOf(`process.exit(${code})`))
    expect(await once(supervisor, 'exit')).toEqual([code, null])
  })

  test('that cannot be started is an error', async () => {
    const { supervise } = await import('../supervise.mjs')
    await expect(supervise('/no/such/program', [])).rejects.toThrow('ENOENT')
  })
})

// Windows has no signals to hand on.
describe.skipIf(process.platform === 'win32')('a supervised program on Unix', () => {
  test.each([
    ['SIGTERM', 128 + 15],
    ['SIGKILL', 128 + 9],
    ['SIGABRT', 128 + 6],
  ])('that dies of %s ends as %i', async (signal, code) => {
    const supervisor = start(supervisorOf(`process.kill(process.pid, '${signal}')`))
    expect(await once(supervisor, 'exit')).toEqual([code, null])
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('receives %s and ends in its own way', async (signal) => {
    const supervisor = start(supervisorOf(waitsForSignal(signal, 3)))
    const output = lines(supervisor)
    expect((await output.next()).value).toBe('ready')
    const ended = once(supervisor, 'exit')
    supervisor.kill(signal)
    expect((await output.next()).value).toBe(`stopped by ${signal}`)
    expect(await ended).toEqual([3, null])
  })

  test('is stopped when the process above its supervisor is killed', async () => {
    const above = start(`
      import { spawn } from 'node:child_process'
      spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(supervisorOf(waitsForSignal('SIGTERM', 0)))}],
        { stdio: 'inherit' })`)
    const output = lines(above)
    expect((await output.next()).value).toBe('ready')
    above.kill('SIGKILL')
    expect((await output.next()).value).toBe('stopped by SIGTERM')
  })

  test('is stopped when npm is killed, although the shell in which npm runs its scripts lives on', async () => {
    using scratch = scratchFolder()
    const scripts = { task: 'node supervisor.mjs' }
    writeFileSync(join(scratch.path, 'package.json'), JSON.stringify({ name: 'scratch', scripts }))
    writeFileSync(join(scratch.path, 'supervisor.mjs'), supervisorOf(waitsForSignal('SIGTERM', 0)))
    const npm = spawn('npm', ['run', '-s', 'task'], { cwd: scratch.path, stdio: ['ignore', 'pipe', 'inherit'] })
    const output = lines(npm)
    expect((await output.next()).value).toBe('ready')
    npm.kill('SIGKILL')
    expect((await output.next()).value).toBe('stopped by SIGTERM')
  })
})
