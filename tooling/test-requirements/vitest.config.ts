import { packageTests } from '@rm/package-config/vitest'

export default packageTests()
