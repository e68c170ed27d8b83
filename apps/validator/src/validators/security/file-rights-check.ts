import { existsSync } from 'node:fs'
import { answer, type Check } from '../../validator.ts'
import { configRights, dataRights } from './file-rights.ts'

/** Looks who beside the user of the daemon could read or change what it relies on. */
export const fileRightsCheck: Check = {
  id: 'file-rights',
  title: 'Nobody else can read the secrets or change configuration and data',
  from: 'quick',
  limitMs: 10_000,
  async run({ subject: { configDirectory, dataDirectory }, config }) {
    // Windows tells no owner and no rights here.
    if (process.platform === 'win32') return { notApplicable: 'Rights of files say nothing on Windows.' }
    const isAtStake = !config.ok || config.api.environment === 'production'
    const configured = await configRights(configDirectory, isAtStake)
    const hasData = dataDirectory !== null && existsSync(dataDirectory)
    const data = hasData ? dataRights(dataDirectory) : { count: 0, findings: [] }
    const rest = hasData
      ? `${data.count} of the data folder`
      : 'no data folder is named (--data); that of a rehearsed daemon is looked at by the check local-api'
    const evidence = `${configured.count} files of the configuration were looked at, and ${rest}.`
    return answer(evidence, [...configured.findings, ...data.findings])
  },
}
