import { Command, InvalidArgumentError } from 'commander'
import { bootBench } from './boot-bench.ts'
import { engineBench } from './engine-bench.ts'
import { quotesBench } from './quotes-bench.ts'
import { recoveryBench } from './recovery-bench.ts'
import { relayBench } from './relay-bench.ts'
import { isWithinBounds, type Report, renderReport } from './report.ts'

/** Each figure is a ratio within one interleaved run: machines are noisy, pairs are not. */
const ROUNDS_LEAST = 24

const program = new Command('bench')
  .description('Measures the daemon against bare programs that do only what cannot be left out.')
  .option('--rounds <n>', `interleaved rounds, at least ${ROUNDS_LEAST}`, rounds, ROUNDS_LEAST)
  .option('--json', 'one JSON object instead of text')
  .addHelpText(
    'after',
    `
Examples:
  $ npm run -s bench -- relay
  $ npm run -s bench -- engine --json
  $ npm run -s bench -- quotes
  $ npm run -s bench -- boot --rounds 40
  $ npm run -s bench -- recovery
`,
  )

add('relay', 'event leaves the gateway → close request arrives, against a bare relay', relayBench)
add('engine', 'events per second and time of each kind over 1, 100 and 10 000 accounts; the rules alone', engineBench)
add('quotes', 'quotes through the whole daemon: what it keeps up with, how late it is, CPU', quotesBench)
add('boot', 'process start → hubs subscribed and event loop running, against a bare boot; memory', bootBench)
add('recovery', 'kill, database deleted → locked and verified again: RPO and RTO against their bounds', recoveryBench)

// Nothing is left to be done then. Node's own teardown of handles was seen to spin for ever instead of ending (Node 26.10).
process.once('beforeExit', (code) => process.exit(code))
await program.parseAsync()

function add(name: string, description: string, bench: (rounds: number) => Promise<Report>): void {
  program
    .command(name)
    .description(description)
    .action(async () => {
      const options = program.opts<{ rounds: number; json?: true }>()
      const report = await bench(options.rounds)
      if (!isWithinBounds(report)) process.exitCode = 1
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : renderReport(report))
    })
}

function rounds(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= ROUNDS_LEAST) return value
  throw new InvalidArgumentError(`expected a whole number from ${ROUNDS_LEAST}`)
}
