import { afterEach, describe, expect, test, vi } from 'vitest'
import { readCommandLine, readSupervisorLine } from '../src/command-line.ts'

const quiet = (): void => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
}

describe('the command line', () => {
  afterEach(() => vi.restoreAllMocks())

  test('names the folders, with defaults', () => {
    expect(readCommandLine(['node', 'main.js'])).toEqual({
      configDirectory: 'config',
      dataDirectory: 'data',
      mode: 'normal',
      passphraseFile: null,
    })
    expect(
      readCommandLine(['node', 'main.js', '--config', 'a', '--data', 'b', '--passphrase-file', '/dev/fd/3']),
    ).toEqual({
      configDirectory: 'a',
      dataDirectory: 'b',
      passphraseFile: '/dev/fd/3',
      mode: 'normal',
    })
  })

  test('asks for the safe mode, about which the supervisor decides and nobody else', () => {
    quiet()
    expect(readCommandLine(['node', 'main.js', '--safe-boot'])).toMatchObject({ mode: 'safe' })
    expect(readSupervisorLine(['node', 'supervisor.js', '--safe-boot'])).toEqual({ exitCode: 64 })
    expect(readSupervisorLine(['node', 'supervisor.js', '--data', 'b'])).toMatchObject({ dataDirectory: 'b' })
  })

  test.each([[['--confg', 'a']], [['--config']], [['surplus']]])('%j is a usage error', (words) => {
    quiet()
    expect(readCommandLine(['node', 'main.js', ...words])).toEqual({ exitCode: 64 })
  })

  test.each([['--help'], ['--version']])('%s is answered with success', (word) => {
    quiet()
    expect(readCommandLine(['node', 'main.js', word])).toEqual({ exitCode: 0 })
  })
})
