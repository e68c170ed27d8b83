import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { deadManCheck } from '../src/validators/monitoring/dead-man-check.ts'
import { watchedDaemonCheck } from '../src/validators/monitoring/watched-daemon-check.ts'
import { changedConfig } from './changed-config.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-monitoring-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const HOOK = 'https://hooks.invalid/planted'
/** Every channel, each with an address that leads nowhere: the sinks of the rehearsal take their place. */
const ALL_CHANNELS = {
  webhook: { enabled: true, url: '${HOOK}' },
  slack: { enabled: true, webhook_url: '${HOOK}' },
  discord: { enabled: true, webhook_url: '${HOOK}' },
  telegram: { enabled: true, bot_token: '${HOOK}', chat_id: 'x', min_severity: 'critical' },
  email: { enabled: true, host: 'mail.invalid', from: 'a@b.example', to: ['c@d.example'] },
  alertmanager: { enabled: true, url: '${HOOK}' },
}

test('by every channel, on every page and in every log of this build a breach is told', async () => {
  const configDirectory = changedConfig(SIMULATOR_CONFIG, path.join(folder, 'all'), [
    ['risk_config.yaml', ['general', 'notifications'], ALL_CHANNELS],
  ])
  const environment = { ...process.env, PROJECTX_USERNAME: 'practice', PROJECTX_API_KEY: 'practice-key', HOOK }
  const result = await askCheck(watchedDaemonCheck, runContext({ configDirectory, environment }), folder)
  expect([result.verdict, result.findings]).toEqual(['passed', []])
  expect(result.evidence).toContain('arrived by discord, telegram, slack, webhook, email, alertmanager')
})

test('of this build a heartbeat that is refused is told, and a dead daemon answers nobody', async () => {
  const { verdict, findings } = await askCheck(deadManCheck, runContext(), folder)
  expect([verdict, findings]).toEqual(['passed', []])
})

/** The daemon of this checkout, which forgets whom to call and writes one figure by another name. */
const MUTE_DAEMON = `
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
const file = process.argv[process.argv.indexOf('--config') + 1] + '/risk_config.yaml'
const withoutSection = (text, name) => text.replace(new RegExp('^  ' + name + ':\\\\n(?:    .*\\\\n)*', 'm'), '')
writeFileSync(file, ['notifications', 'heartbeat'].reduce(withoutSection, readFileSync(file, 'utf8')))
const { end } = http.ServerResponse.prototype
http.ServerResponse.prototype.end = function (body, ...rest) {
  return end.call(this, typeof body === 'string' ? body.replaceAll('breaches_total', 'breaches_T0TAL') : body, ...rest)
}
await import(${JSON.stringify(PROGRAMS.daemon)})
`

describe('planted: a build that tells nobody', () => {
  test('alerts and heartbeat do not leave, and a figure is missing', async () => {
    const daemon = path.join(folder, 'mute.mjs')
    writeFileSync(daemon, MUTE_DAEMON)
    const configDirectory = changedConfig(SIMULATOR_CONFIG, path.join(folder, 'mute'), [])
    writeFileSync(path.join(configDirectory, 'validation_criteria.yaml'), 'reliability: { enforcement_s: 3 }')
    const context = runContext({ configDirectory, programs: { ...PROGRAMS, daemon } })
    const errors = errorsOf(await askCheck(watchedDaemonCheck, context, folder)).join('\n')
    expect(errors).toContain('/metrics risk_manager_breaches_total: it is documented')
    expect(errors).toContain('general.notifications.webhook: a breach did not arrive')
    expect(errors).toContain('general.heartbeat: none arrived')
    expect(errors).toMatch(/panel "Breaches by rule, per hour": it asks for risk_manager_breaches_total/)
  })
})
