import { accessSync, constants, lstatSync, mkdirSync, realpathSync, statfsSync, type Stats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { RmError } from '@rm/domain'

/**
 * The real path of a database file that is safe to open; its folder is made when it is missing, for this user alone.
 *
 * Throws `RmError` STORE_UNSAFE for a file behind a symbolic or hard link (another name has another journal) and for a network
 * filesystem, whose locks and syncs SQLite cannot rely on (reliability D-18).
 */
export function safeDataFile(path: string): string {
  const folder = realFolder(dirname(resolve(path)))
  const file = join(folder, basename(path))
  refuseNetwork(folder)
  for (const name of [file, `${file}-wal`]) refuseLink(name)
  return file
}

/**
 * Whether a filesystem is one of another machine.
 *
 * @param type - `f_type` of Linux's statfs(2); other systems have other numbers and are not judged by it
 */
export function isNetworkFilesystem(type: number): boolean {
  return NETWORK_FILESYSTEMS.has(type)
}

/** Magic numbers of Linux, `linux/magic.h` and the filesystems' own headers. */
const NETWORK_FILESYSTEMS: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x564c, // NCP
  0x5346414f, // AFS
  0x6b414653, // AFS of the kernel
  0x00c36400, // Ceph
  0x73757245, // Coda
  0x01021997, // 9P: folders of another system in a virtual machine
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
])

function realFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return realpathSync.native(folder)
  } catch (error) {
    throw new RmError('STORE_UNSAFE', `the data folder ${folder} cannot be used: ${String(error)}`, { folder }, error)
  }
}

function refuseNetwork(folder: string): void {
  const isShare = process.platform === 'win32' && folder.startsWith('\\\\')
  const isMounted = process.platform === 'linux' && isNetworkFilesystem(statfsSync(folder).type)
  if (isShare || isMounted) {
    throw new RmError('STORE_UNSAFE', `the data folder ${folder} is on a network filesystem`, { folder })
  }
}

function refuseLink(file: string): void {
  const found: Stats | undefined = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isFile()) throw new RmError('STORE_UNSAFE', `${file} is not a regular file`, { file })
  if (found.nlink > 1) throw new RmError('STORE_UNSAFE', `${file} has more than one name (hard link)`, { file })
}
