import { programBuild } from '@rm/package-config/tsup'

export default programBuild(['better-sqlite3', 'nodemailer'])
