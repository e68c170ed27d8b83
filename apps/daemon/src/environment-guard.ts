import { RmError } from '@rm/domain'

/** Variables through which somebody else's code, options or certificates would come into the process (reliability X-08, G-18). */
const HARMFUL = ['NODE_OPTIONS', 'LD_PRELOAD', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'] as const

/**
 * What of the environment weakens the program, one sentence each. With a gateway on this machine there is nothing to protect and it is only
 * told; with any other one the start is refused.
 *
 * @param hosts - of the gateway
 * @throws RmError `ENVIRONMENT_UNSUITABLE`
 */
export function guardEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  hosts: readonly string[],
): readonly string[] {
  const set = HARMFUL.filter((name) => (environment[name] ?? '') !== '')
  if (set.length === 0) return []
  if (!hosts.every(isLoopback)) {
    throw new RmError(
      'ENVIRONMENT_UNSUITABLE',
      `${set.join(', ')} set for the daemon: whoever sets it could read the key or answer in the gateway's place; start it without (certificates: tls.ca_file)`,
      { variables: set },
    )
  }
  return set.map((name) => `${name} is set; with a gateway on another machine the start would be refused`)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
