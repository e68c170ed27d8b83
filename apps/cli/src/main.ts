#!/usr/bin/env node
import { EXIT_CODES } from '@rm/runtime-pack'
import { CommanderError } from 'commander'
import { riskManager } from './command-program.ts'

// Nothing is left to be done then. Node's own teardown of handles was seen to spin for ever instead of ending (Node 26.10).
process.once('beforeExit', (code) => process.exit(code))

// Whoever reads no further, such as `head`, has what he wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT_CODES.success)
})

try {
  await riskManager().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // 1 is what commander itself gives to every mistake; a command may have a code of its own for it.
  process.exitCode = error.exitCode === EXIT_CODES.exception ? EXIT_CODES.usage : error.exitCode
}
