import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { CertificateKind } from '@rm/gateway-sim'
import { hubPaths, OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { trusted } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { Stage } from '../harness/stage.ts'

/** A stage whose configuration points to a TLS address, and trusts the authority of all but the self-signed certificate. */
async function stageBehind(certificate: CertificateKind): Promise<Stage> {
  const stage = await Stage.set({ rules: { max_contracts: { enabled: true, limit: 1 } } })
  const { url, authority } = await stage.gateway.openTls(certificate)
  const caFile = path.join(stage.configDirectory, 'authority.pem')
  writeFileSync(caFile, authority)
  stage.configure({
    api: {
      api_url: url,
      user_hub_url: `${url}${hubPaths.user}`,
      market_hub_url: `${url}${hubPaths.market}`,
      tls: { ca_file: caFile },
    },
  })
  return stage
}

describe.concurrent('a gateway by TLS', () => {
  test('whose certificate is good is used, hubs as well', async () => {
    await using stage = await stageBehind('good')
    const daemon = await stage.startDaemon().running()
    await trusted(daemon.log, stage.accountIds)
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test.for([
    ['expired', {}],
    ['foreign-host', {}],
    ['self-signed', {}],
    ['self-signed', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['expired', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ] as const)(
    'whose certificate is %s, with %j, is refused with code 4 before anything is said (G-18)',
    async ([certificate, environment]) => {
      await using stage = await stageBehind(certificate)
      const daemon = stage.startDaemon({ environment })
      const { code } = await daemon.ended()

      expect(code).toBe(4)
      expect(daemon.stderr).toContain('GATEWAY_UNREACHABLE')
      expect(stage.gateway.requests.after(0)).toEqual([])
      expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
    },
  )
})
