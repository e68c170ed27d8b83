import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CLI } from './built-program.ts'
import { API_KEY, USER_NAME } from './daemon-process.ts'
import { type Ended, run } from './run-program.ts'
import type { Stage } from './stage.ts'

/** The environment has no credentials. */
export const NO_LOGIN = { PROJECTX_USERNAME: '', PROJECTX_API_KEY: '' } as const

/** A file beside the configuration folder, of its owner alone. */
export function writeBeside(stage: Stage, name: string, content: string): string {
  const file = path.join(stage.configDirectory, '..', name)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, content, { mode: 0o600 })
  return file
}

/** `risk-manager credentials` on the stage's folder; files are handed over as descriptors from 3 on. */
export async function credentialsTool(
  stage: Stage,
  args: readonly string[],
  files: readonly string[] = [],
): Promise<Ended> {
  const descriptors = files.map((file) => openSync(file, 'r'))
  try {
    const line = [CLI, 'credentials', ...args, '--config', stage.configDirectory]
    return await run(process.execPath, line, { stdio: ['ignore', 'pipe', 'pipe', ...descriptors] })
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor)
  }
}

/**
 * Puts the login, and what else is named, into `.env`, encrypts it, and deletes `.env`.
 *
 * @returns what the tool said, and the file with the passphrase
 */
export async function sealLogin(
  stage: Stage,
  passphrase: string,
  others: Readonly<Record<string, string>> = {},
): Promise<Ended & { readonly passphraseFile: string }> {
  const passphraseFile = writeBeside(stage, 'passphrase', `${passphrase}\n`)
  const plain = path.join(stage.configDirectory, '.env')
  const variables = { PROJECTX_USERNAME: USER_NAME, PROJECTX_API_KEY: API_KEY, ...others }
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(plain, lines.join(''), { mode: 0o600 })
  const ended = await credentialsTool(stage, ['encrypt', '--passphrase-file', passphraseFile])
  if (ended.status !== 0) throw new Error(`credentials encrypt ended with ${ended.status}: ${ended.stderr}`)
  rmSync(plain)
  return { ...ended, passphraseFile }
}

/** The daemon's command line on the stage's folders, with the passphrase of a sealed login. */
export function sealedStart(stage: Stage, passphraseFile: string): readonly string[] {
  return ['--config', stage.configDirectory, '--data', stage.dataDirectory, '--passphrase-file', passphraseFile]
}
