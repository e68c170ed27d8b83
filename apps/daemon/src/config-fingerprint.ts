import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * What tells a changed configuration folder from an unchanged one, without reading the files: each file's name, identity, size and time of
 * change. Links are followed, so a link that is turned to another file or folder is a change (reliability C-03). A file that comes or goes
 * meanwhile counts as it was found. Rejects with what the operating system says of a folder that cannot be listed.
 */
export async function configFingerprint(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true })
  const files = await Promise.all(
    names
      .filter(isOfConfiguration)
      .toSorted()
      .map(async (name) => `${name} ${await identityOf(directory, name)}`),
  )
  return files.join('\n')
}

/** A data folder below it changes all the time and is no configuration. */
function isOfConfiguration(name: string): boolean {
  return /\.ya?ml$/.test(name) || FILES_WITH_SECRETS.has(basename(name))
}

const FILES_WITH_SECRETS: ReadonlySet<string> = new Set(['.env', 'credentials.enc'])

async function identityOf(directory: string, name: string): Promise<string> {
  const found = await stat(join(directory, name), { bigint: true }).catch(() => null)
  return found === null ? 'gone' : [found.dev, found.ino, found.mode, found.size, found.ctimeNs].join(' ')
}
