import { afterEach, describe, expect, test, vi } from 'vitest'
import { readCommandLine } from '../src/command-line.ts'

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
      passphraseFile: null,
    })
    expect(
      readCommandLine(['node', 'main.js', '--config', 'a', '--data', 'b', '--passphrase-file', '/dev/fd/3']),
    ).toEqual({
      configDirectory: 'a',
      dataDirectory: 'b',
      passphraseFile: '/dev/fd/3',
    })
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
