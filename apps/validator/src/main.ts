import { EXIT_CODES } from '@rm/runtime-pack'
import { Command, CommanderError } from 'commander'
import { certificateCommand } from './certificate/certificate-command.ts'
import { diffCommand } from './diff-command.ts'
import { listCommand } from './list-command.ts'
import { runCommand } from './run-command.ts'

const program = new Command('validate')
  .description('Is this machine, build and configuration fit to guard real money?')
  .version('0.1.0')
  .exitOverride()
  .addCommand(runCommand(), { isDefault: true })
  .addCommand(certificateCommand())
  .addCommand(listCommand())
  .addCommand(diffCommand())

// Nothing is left to be done then. Node's own teardown of handles was seen to spin for ever instead of ending (Node 26.10).
process.once('beforeExit', (code) => process.exit(code))

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // 1 is what commander itself gives to every mistake.
  process.exitCode = error.exitCode === EXIT_CODES.exception ? EXIT_CODES.usage : error.exitCode
}
