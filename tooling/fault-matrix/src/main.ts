import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { readEvidence } from './evidence.ts'
import { countsOf, matrixOf } from './matrix.ts'
import { renderPage } from './page.ts'

const PAGE = 'docs/fault-matrix.md'

new Command('fault-matrix')
  .description(`Writes ${PAGE} from the reports that the last test run left.`)
  .option('--json', 'print the rows as one JSON object, and write nothing')
  .addHelpText(
    'after',
    `
Exit codes: 0 every row is shown or says why it cannot be, 1 a row failed, came too late or has not run.

Examples:
  $ npm test && npx turbo run long && npm run -s fault-matrix
  $ npm run -s fault-matrix -- --json
`,
  )
  .action(({ json }: { json?: true }) => {
    const root = path.resolve(import.meta.dirname, '../../..')
    const matrix = matrixOf(readEvidence(root))
    const counts = countsOf(matrix)
    if (json === true) {
      process.stdout.write(`${JSON.stringify({ counts, sections: matrix })}\n`)
    } else {
      writeFileSync(path.join(root, PAGE), renderPage(matrix))
      for (const [word, count] of Object.entries(counts)) process.stdout.write(`${String(count).padStart(4)} ${word}\n`)
    }
    process.exitCode = counts.failed + counts['too late'] + counts['no test has run'] === 0 ? 0 : 1
  })
  .parse()
