/**
 * The eight places that a running program passes, in order. `grep -E "🚀|✅|📨|🔍|⚠️"` on the log tells where a boot stopped or where
 * an event got stuck, so the texts are a contract with operators and their tools: change none of them.
 */
export const CHECKPOINTS: { readonly [Id in CheckpointId]: (subject: CheckpointSubject[Id]) => string } = {
  starting: () => '🚀 Risk Manager starting...',
  'config-loaded': ({ rules }) => `✅ Config loaded: ${rules} rules`,
  'sdk-connected': ({ account }) => `✅ SDK connected: ${account}`,
  'rules-initialized': ({ rules }) => `✅ Rules initialized: ${rules} rules`,
  'event-loop-running': () => '✅ Event loop running',
  'event-received': ({ type }) => `📨 Event received: ${type}`,
  'rule-evaluated': ({ rule, result }) => `🔍 Rule evaluated: ${rule} ${result}`,
  'enforcement-triggered': ({ action }) => `⚠️ Enforcement triggered: ${action}`,
}

/** What each checkpoint speaks of. */
export interface CheckpointSubject {
  starting: null
  'config-loaded': { readonly rules: number }
  'sdk-connected': { readonly account: string }
  'rules-initialized': { readonly rules: number }
  'event-loop-running': null
  'event-received': { readonly type: string }
  'rule-evaluated': { readonly rule: string; readonly result: string }
  'enforcement-triggered': { readonly action: string }
}

export type CheckpointId = keyof CheckpointSubject

/** The message of a checkpoint, exactly as it stands in the log. */
export function checkpointMessage<Id extends CheckpointId>(id: Id, subject: CheckpointSubject[Id]): string {
  return CHECKPOINTS[id](subject)
}

/** The checkpoint whose message a log line is, or `null`. */
export function checkpointOf(message: string): CheckpointId | null {
  return PREFIXES.find(([, prefix]) => message.startsWith(prefix))?.[0] ?? null
}

const PREFIXES: readonly (readonly [CheckpointId, string])[] = [
  ['starting', '🚀 Risk Manager starting'],
  ['config-loaded', '✅ Config loaded:'],
  ['sdk-connected', '✅ SDK connected:'],
  ['rules-initialized', '✅ Rules initialized:'],
  ['event-loop-running', '✅ Event loop running'],
  ['event-received', '📨 Event received:'],
  ['rule-evaluated', '🔍 Rule evaluated:'],
  ['enforcement-triggered', '⚠️ Enforcement triggered:'],
]
