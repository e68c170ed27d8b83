/** Codes with which Node and the loader of native modules say that a part of the program is not there or not for this Node. */
const CODES: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'])

/**
 * What to tell of a failure that comes from a missing or unsuitable module (reliability P-15); `null` for any other.
 */
export function missingModule(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const code: unknown = 'code' in error ? error.code : undefined
  const isUnbound = error.message.startsWith('Could not locate the bindings file')
  if (!CODES.has(code) && !isUnbound) return null
  const { platform, arch, version } = process
  const reason = error.message.split('\n')[0]
  return `ENVIRONMENT_UNSUITABLE: a module is missing or was built for another Node: ${reason}
  This is Node ${version} on ${platform}-${arch}. Install the dependencies anew with this Node: pnpm install --frozen-lockfile`
}
