import { programBuild } from '@rm/package-config/tsup'
import type { Options } from 'tsup'

const program = programBuild(['@microsoft/signalr'])

/** The bare programs are children of the bench, each a bundle of its own, so that they load nothing that they do not use. */
const builds: Options[] = [
  { ...program, splitting: false },
  { ...program, entry: ['src/bare-relay.ts', 'src/bare-boot.ts'], clean: false, splitting: false },
]

export default builds
