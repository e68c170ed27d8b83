import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'

/** Looks whether the daemon that will be deployed could write where its settings send the logs. */
export const logFolderCheck: Check = {
  id: 'log-folder',
  title: 'The configured log folder can be written',
  from: 'quick',
  limitMs: 5_000,
  run({ config, subject: { dataDirectory } }) {
    if (!config.ok) return Promise.resolve({ notApplicable: 'The configuration is refused.' })
    const { directory, retentionDays, maxSizeMb } = config.general.logging
    if (!path.isAbsolute(directory) && dataDirectory === null)
      return Promise.resolve({ notApplicable: `"${directory}" lies in the data folder, and none is named (--data).` })
    const folder = path.resolve(dataDirectory ?? '', directory)
    const evidence = `${folder} keeps files of ${maxSizeMb} MiB for ${retentionDays} days.`
    return Promise.resolve(answer(evidence, folderFindings(folder)))
  },
}

/** A folder that is not there yet has to be made in the nearest one that is. */
function folderFindings(folder: string): readonly Finding[] {
  const remedy = `Make it writable for the user of the daemon, or name another in general.logging.directory.`
  const finding = (what: string): readonly Finding[] => [{ severity: 'error', place: folder, what, remedy }]
  let place = folder
  while (!existsSync(place) && place !== path.dirname(place)) place = path.dirname(place)
  if (!statSync(place).isDirectory()) return finding(`${place} is no folder, so no log can be written`)
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    return []
  } catch (error) {
    return finding(`no log can be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
