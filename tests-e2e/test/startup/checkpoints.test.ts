import path from 'node:path'
import { CHECKPOINTS, type CheckpointId, checkpointOf } from '@rm/runtime-pack'
import { expect, test } from 'vitest'
import { writeConfig } from '../harness/config-folder.ts'
import { DaemonProcess } from '../harness/daemon-process.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { Stage } from '../harness/stage.ts'
import { TemporaryFolder } from '../harness/temporary-folder.ts'

const STEPS = [
  'config',
  'validation',
  'logging',
  'database',
  'schema',
  'state',
  'client',
  'login',
  'modules',
  'rules',
  'hubs',
  'subscriptions',
  'scheduler',
  'running',
]

test('two real processes pass all eight checkpoints, in order and with their exact texts', async () => {
  using folder = new TemporaryFolder()
  await using gateway = await GatewayProcess.start('stubborn-trader')
  writeConfig(
    folder.path,
    { rules: { daily_realized_loss: { enabled: true, limit: -500 } }, accounts: [{ id: 7_001_011 }] },
    gateway.addresses,
  )
  const dataDirectory = path.join(folder.path, 'data')
  await using daemon = new DaemonProcess({ configDirectory: folder.path, dataDirectory })
  await daemon.running()
  await gateway.beginScript()
  await daemon.log.awaitMessage('⚠️ Enforcement triggered: ')
  const exit = await daemon.stop()

  expect(exit).toEqual({ code: 0, signal: null })
  const seen = new Map<CheckpointId, string>()
  for (const message of daemon.log.messages()) {
    const id = checkpointOf(message)
    if (id !== null && !seen.has(id)) seen.set(id, message)
  }
  expect([...seen.keys()].toSorted()).toEqual(Object.keys(CHECKPOINTS).toSorted())
  expect(seen.get('starting')).toBe('🚀 Risk Manager starting...')
  expect(seen.get('config-loaded')).toBe('✅ Config loaded: 1 rules')
  expect(seen.get('sdk-connected')).toBe('✅ SDK connected: 7001011 PRAC-V2-100200-7001011')
  expect(seen.get('rules-initialized')).toBe('✅ Rules initialized: 1 rules')
  expect(seen.get('event-loop-running')).toBe('✅ Event loop running')
  const messages = daemon.log.messages()
  expect(messages).toContain('🔍 Rule evaluated: RULE-003 BREACH')
  expect(messages.filter((message) => /^📨 Event received: [a-z-]+$/.test(message))).not.toHaveLength(0)
  expect(messages.filter((message) => /^⚠️ Enforcement triggered: \S/.test(message))).not.toHaveLength(0)
  const order = ['starting', 'config-loaded', 'sdk-connected', 'rules-initialized', 'event-loop-running'] as const
  const places = order.map((id) => messages.findIndex((message) => checkpointOf(message) === id))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(wrongWayFills(await gateway.ledger())).toEqual([])
})

test('tells the fourteen steps of the start, each once and in order', async () => {
  await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 5 } } })
  const steps = opened.daemon.log.lines().filter((line) => line.event === 'boot-step')

  expect(steps.map((line) => line['step'])).toEqual(STEPS)
  expect(steps.map((line) => line.msg)).toEqual(STEPS.map((step, index) => `boot ${index + 1}/14: ${step}`))
})
