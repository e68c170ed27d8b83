import { RmError } from '@rm/domain'

/** Variables through which somebody else's code, options or certificates would come into the process (reliability X-08, G-18). */
const HARMFUL = [
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  // Proxies are ignored unless this is set (reliability X-07).
  'NODE_USE_ENV_PROXY',
] as const

/** Node options that load somebody else's code or open a debugger. */
const FOREIGN_CODE = /(^|\s)(-r|--require|--import|--loader|--experimental-loader|--inspect)/

/**
 * What of the environment weakens the program, one sentence each. With a gateway on this machine, where nothing is at stake and faked clocks
 * and test certificates have their place, it is only told, unless it is foreign code; with any other gateway the start is refused.
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
  if (!hosts.every(isLoopback) || FOREIGN_CODE.test(environment['NODE_OPTIONS'] ?? '')) {
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
