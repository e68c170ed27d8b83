import { programBuild } from '@rm/package-config/tsup'

export default programBuild(['oxc-parser'])
