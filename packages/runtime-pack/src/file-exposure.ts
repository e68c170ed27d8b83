import { stat } from 'node:fs/promises'

const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
const ROOT = 0

/** By whom a file can be changed beside the user of the daemon and root. */
export interface FileExposure {
  readonly to: 'its owner' | 'everybody' | 'its group'
  /** As people are told it, with the path. */
  readonly sentence: string
}

/**
 * Whether others than a user and root may write a file or folder (reliability X-01). `null`: nobody may, or it is not there, or it cannot be looked
 * at: whoever needs it will miss it.
 */
export async function fileExposure(file: string, own: number): Promise<FileExposure | null> {
  const found = await stat(file).catch(() => null)
  if (found === null) return null
  if (found.uid !== own && found.uid !== ROOT)
    return { to: 'its owner', sentence: `${file} belongs to user ${found.uid}` }
  if ((found.mode & OTHERS_WRITE) !== 0) return { to: 'everybody', sentence: `${file} may be written by everybody` }
  if ((found.mode & GROUP_WRITES) === 0) return null
  return { to: 'its group', sentence: `${file} may be written by group ${found.gid}` }
}
