import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CLI } from '../harness/built-program.ts'
import { TemporaryFolder } from '../harness/temporary-folder.ts'

const WITHOUT_BASH = spawnSync('bash', ['-c', 'true']).status !== 0

/** What bash puts on the line for the last word of each line, one answer to a line. */
const SCRIPT = String.raw`
risk-manager() { "$NODE" "$CLI" "$@"; }
source <(risk-manager completion bash)
for line in "$@"; do
  IFS=' ' read -ra COMP_WORDS <<<"risk-manager $line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _risk_manager 2>/dev/null
  (IFS='|'; echo "\${COMPREPLY[*]}")
done`.replaceAll(String.raw`\$`, '$')

describe('completion in bash', { skip: WITHOUT_BASH }, () => {
  test('offers what fits, leaves places to the shell, and runs nothing of what was typed', () => {
    using folder = new TemporaryFolder()
    writeFileSync(path.join(folder.path, 'a file'), '')
    mkdirSync(path.join(folder.path, 'b folder'))
    const lines = {
      lo: 'logs|lockouts',
      'audit list --order = n': 'newest',
      'status --control ': 'b folder',
      'env diff a': 'a file',
      'why ': '',
      'panic $(touch>ran) ; >ran --rea': '--reason',
    }
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', SCRIPT, 'bash', ...Object.keys(lines)], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', NODE: process.execPath, CLI },
    })
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toEqual(Object.values(lines))
    expect(readdirSync(folder.path).toSorted()).toEqual(['a file', 'b folder'])
  })
})
