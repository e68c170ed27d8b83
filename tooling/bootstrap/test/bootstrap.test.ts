import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scratchFolder } from './scratch-folder.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** A repository without dependencies of its own that enters through a copy of the bootstrap and shares the fetched toolchain. */
function scratchRepository(scripts: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const scratch = scratchFolder()
  cpSync(join(repository, 'tooling/bootstrap'), join(scratch.path, 'tooling/bootstrap'), {
    recursive: true,
    filter: (path) => !/node_modules|reports|\.turbo/.test(path.slice(repository.length)),
  })
  symlinkSync(join(repository, '.rm-toolchain'), join(scratch.path, '.rm-toolchain'), 'junction')
  mkdirSync(join(scratch.path, 'node_modules'))
  const manifest = { name: 'scratch', private: true, type: 'module', scripts }
  writeFileSync(join(scratch.path, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(scratch.path, 'pnpm-workspace.yaml'), 'packages: []\npmOnFail: ignore\nupdateNotifier: false\n')
  writeFileSync(join(scratch.path, 'pnpm-lock.yaml'), "lockfileVersion: '9.0'\nimporters:\n  .: {}\n")
  return scratch
}

function bootstrap(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [join(path, 'tooling/bootstrap/bootstrap.mjs'), ...args], {
    encoding: 'utf8',
    cwd: path,
    env: { ...process.env, ...env },
  })
}

describe('the bootstrap', () => {
  test('runs a script with its arguments and mirrors its exit code', () => {
    using scratch = scratchRepository({ task: `node -e "console.log(process.argv.slice(1)); process.exit(37)" --` })
    const ran = bootstrap(scratch.path, ['task', '--seed', '7', 'two words'])
    expect(ran.stderr).not.toContain('bootstrap:')
    expect(ran.stdout).toContain(`[ '--seed', '7', 'two words' ]`)
    expect(ran.status).toBe(37)
  })

  test('puts the pinned pnpm first in PATH and hides npm from the script', () => {
    using scratch = scratchRepository({ task: 'node show.mjs' })
    writeFileSync(
      join(scratch.path, 'show.mjs'),
      'const { PATH, npm_config_registry, pnpm_config_registry, npm_config_foreign } = process.env\n' +
        'console.log(JSON.stringify({ PATH, npm_config_registry, pnpm_config_registry, npm_config_foreign }))\n',
    )
    const npm = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_foreign: 'yes' }
    const ran = bootstrap(scratch.path, ['task'], npm)
    const shown = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{')))
    expect(shown.pnpm_config_registry).toBe('http://127.0.0.1:9/')
    expect(shown.npm_config_foreign).toBeUndefined()
    expect(shown.PATH.split(delimiter)).toContain(join(scratch.path, '.rm-toolchain/pnpm'))
  })

  test('stops with the output of the installation when that fails', () => {
    using scratch = scratchRepository({ task: 'node -e "console.log(1)"' })
    writeFileSync(join(scratch.path, 'pnpm-lock.yaml'), 'lockfileVersion: nonsense\n')
    const ran = bootstrap(scratch.path, ['task'])
    expect(ran.status).not.toBe(0)
    expect(ran.stderr).toMatch(/lockfile/i)
    expect(ran.stdout).toBe('')
  })

  test.each([[[]], [['--exec']], [['--build', '@rm/cli']]])('explains itself when called as %j', (args) => {
    using scratch = scratchRepository({})
    const ran = bootstrap(scratch.path, args)
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('usage: bootstrap.mjs')
    expect(existsSync(join(scratch.path, 'node_modules/.modules.yaml'))).toBe(false)
  })
})
