import type { PolicyInForce } from '@rm/engine'

/**
 * What an account is held to in safe mode (decision 0037): no rule judges it, since one of them may be what the daemon dies of. Lockouts and goals need
 * none; and as nobody judges, the account may only reduce. What waits to loosen goes on waiting.
 */
export function withoutRules({ policy }: PolicyInForce): PolicyInForce {
  return { policy: { ...policy, rules: {}, suspended: 'safe boot' }, pending: null }
}
