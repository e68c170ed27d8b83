import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { EXIT_CODES } from '@rm/runtime-pack'
import { missingModule } from './missing-module.ts'

// Before anything else is loaded: the compiled bundle is kept between starts, which takes about a third off the boot.
enableCompileCache()
try {
  const { runDaemon } = await import('./run-daemon.ts')
  // Objects of one message must not be taken for long-lived ones (decision 0023). Not before the bundle is loaded: that took a tenth longer.
  setFlagsFromString('--no-allocation-site-pretenuring')
  await runDaemon(process.argv)
} catch (error) {
  const missing = missingModule(error)
  if (missing === null) throw error
  process.stderr.write(`${missing}\n`)
  process.exitCode = EXIT_CODES.environment
}
