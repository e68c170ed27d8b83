import { describe, expect, test } from 'vitest'
import { CHECKPOINTS, type CheckpointId, checkpointMessage, checkpointOf } from '../src/index.ts'

const MESSAGES: Record<CheckpointId, string> = {
  starting: '🚀 Risk Manager starting...',
  'config-loaded': '✅ Config loaded: 6 rules',
  'sdk-connected': '✅ SDK connected: 7001001 PRAC-V2-1',
  'rules-initialized': '✅ Rules initialized: 6 rules',
  'event-loop-running': '✅ Event loop running',
  'event-received': '📨 Event received: trade-reported',
  'rule-evaluated': '🔍 Rule evaluated: RULE-003 BREACH',
  'enforcement-triggered': '⚠️ Enforcement triggered: close-position CON.F.US.MNQ.Z26',
}

const SPOKEN: Record<CheckpointId, string> = {
  starting: checkpointMessage('starting', null),
  'config-loaded': checkpointMessage('config-loaded', { rules: 6 }),
  'sdk-connected': checkpointMessage('sdk-connected', { account: '7001001 PRAC-V2-1' }),
  'rules-initialized': checkpointMessage('rules-initialized', { rules: 6 }),
  'event-loop-running': checkpointMessage('event-loop-running', null),
  'event-received': checkpointMessage('event-received', { type: 'trade-reported' }),
  'rule-evaluated': checkpointMessage('rule-evaluated', { rule: 'RULE-003', result: 'BREACH' }),
  'enforcement-triggered': checkpointMessage('enforcement-triggered', { action: 'close-position CON.F.US.MNQ.Z26' }),
}

describe('checkpoints', () => {
  test('have exactly the eight texts that operators search for', () => expect(SPOKEN).toEqual(MESSAGES))

  test('are recognised again by their text', () => {
    for (const [id, message] of Object.entries(MESSAGES)) expect(checkpointOf(message)).toBe(id)
    expect(Object.keys(CHECKPOINTS)).toHaveLength(8)
  })

  test('no other line is taken for one', () => {
    expect(checkpointOf('Config loaded: 6 rules')).toBeNull()
    expect(checkpointOf('')).toBeNull()
  })
})
