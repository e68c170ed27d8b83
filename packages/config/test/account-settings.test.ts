import { expect, test } from 'vitest'
import { readSettings } from '../src/account-settings.ts'
import { accepted, VALID, VARIABLES } from './config-fixture.ts'

test('what an account was given is the same after a way through JSON', () => {
  const { accounts, timers, reset, holidays } = accepted({})
  for (const { rules, general, source } of accounts) {
    const read = readSettings(JSON.parse(JSON.stringify(source)))
    expect(read?.source).toEqual(source)
    expect(read?.settings.rules).toEqual(rules)
    expect(read?.settings.general).toMatchObject({ pnlBasis: general.pnlBasis, staleAfterMs: general.staleAfterMs })
    expect(read?.settings).toMatchObject({ timers, reset, holidays })
  }
})

test('credentials of alert channels are not in the source', () => {
  const channels = `general:
  notifications:
    slack: { enabled: true, webhook_url: "\${SLACK_URL}" }
`
  const { accounts } = accepted(
    { 'risk_config.yaml': `${VALID['risk_config.yaml']}${channels}` },
    { variables: { ...VARIABLES, SLACK_URL: 'https://hooks.example/s3cret' } },
  )
  expect(JSON.stringify(accounts)).not.toContain('s3cret')
})

test('a source that this version does not accept is nothing', () => {
  const [account] = accepted({}).accounts
  expect(
    readSettings({ risk: { rules: { max_contracts: { limit: 0 } } }, timers: account?.source.timers ?? {} }),
  ).toBeNull()
  expect(readSettings({ risk: 'nonsense', timers: null })).toBeNull()
})
