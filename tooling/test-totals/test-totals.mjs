// Before the gate: `test-totals.mjs forget` removes the traces of an earlier run.
// After it: `test-totals.mjs print EXITCODE` adds up what the gate did: 'N passed, N failed', alone on its line.
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addUp } from './add-up.mjs'
import { readFailedTasks, readReports, reportFiles, summaryFolder } from './gate-traces.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const [verb, exitCode] = process.argv.slice(2)

if (verb === 'forget') {
  for (const path of [...reportFiles(root), summaryFolder(root)]) rmSync(path, { recursive: true, force: true })
} else if (verb === 'print' && exitCode) {
  const { passed, failed } = addUp(readReports(root), readFailedTasks(root), Number(exitCode))
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
} else {
  process.stderr.write('usage: test-totals.mjs forget | test-totals.mjs print EXITCODE\n')
  process.exitCode = 64
}
