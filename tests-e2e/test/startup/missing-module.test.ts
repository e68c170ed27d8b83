import { cpSync, globSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { DAEMON, FAULTY_DAEMON } from '../harness/built-program.ts'
import { DaemonProcess } from '../harness/daemon-process.ts'
import { Stage } from '../harness/stage.ts'

const DRIVER = 'better-sqlite3'

/** What somebody did to the driver of the database, by its folder. */
const DAMAGES: Readonly<Record<string, (driver: string) => void>> = {
  'is not there': (driver) => rmSync(driver, { recursive: true }),
  'has no native part': (driver) => binariesOf(driver).forEach((file) => rmSync(file)),
  'has a native part of something else': (driver) =>
    binariesOf(driver).forEach((file) => writeFileSync(file, 'no ELF')),
}

test.each(Object.keys(DAMAGES))(
  'a database driver that %s: code 5 with a hint, and nothing is begun (P-15)',
  async (damage) => {
    await using stage = await Stage.set({ rules: { max_contracts: { enabled: true, limit: 1 } } })
    const program = path.join(path.dirname(stage.dataDirectory), 'program')
    copyProgram(program)
    DAMAGES[damage]?.(path.join(program, 'node_modules', DRIVER))
    const { configDirectory, dataDirectory } = stage
    const plain = path.join(program, 'dist', 'main.js')
    await using daemon = new DaemonProcess({ configDirectory, dataDirectory }, { plain, faulty: FAULTY_DAEMON })
    expect((await daemon.ended()).code).toBe(5)
    expect(daemon.stderr).toContain('ENVIRONMENT_UNSUITABLE')
    expect(daemon.stderr).toContain('pnpm install')
    expect(stage.gateway.requests.after(0)).toEqual([])
  },
)

/** The daemon with the modules that it loads; the driver is a copy that may be spoilt. */
function copyProgram(program: string): void {
  const source = path.dirname(path.dirname(DAEMON))
  cpSync(path.dirname(DAEMON), path.join(program, 'dist'), { recursive: true })
  writeFileSync(path.join(program, 'package.json'), '{"type":"module"}')
  const modules = path.join(program, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(path.join(source, 'node_modules'))) {
    const found = realpathSync(path.join(source, 'node_modules', name))
    if (name === DRIVER) cpSync(found, path.join(modules, name), { recursive: true })
    else symlinkSync(found, path.join(modules, name), 'junction')
  }
}

function binariesOf(driver: string): readonly string[] {
  const files = globSync('**/*.node', { cwd: driver }).map((name) => path.join(driver, name))
  expect(files.length).toBeGreaterThan(0)
  return files
}
