import process from 'node:process'
import { readSupervisorLine } from './command-line.ts'
import { supervise } from './supervise.ts'

const options = readSupervisorLine(process.argv)
if ('exitCode' in options) process.exit(options.exitCode)
process.umask(0o077)
process.exit(await supervise(options))
