import { libraryBuild } from '@rm/package-config/tsup'

export default libraryBuild('index', 'terminal', 'bare')
