import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// Before anything else is loaded: the compiled bundle is kept between starts, which takes about a third off the boot.
enableCompileCache()
const { runDaemon } = await import('./run-daemon.ts')
// After it: other flags than those that the bundle was compiled with would make the cache useless.
setFlagsFromString('--no-allocation-site-pretenuring')
await runDaemon(process.argv)
