import { RmError } from '@rm/domain'
import { HARMFUL_VARIABLES } from '@rm/runtime-pack'

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
  const set = HARMFUL_VARIABLES.filter((name) => (environment[name] ?? '') !== '')
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
