import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { EXIT_CODES } from '@rm/runtime-pack'
import { hubPaths } from '@rm/sdk-bridge/wire'
import { changeCopy } from '../../rehearsal/change-copy.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'

/** Faults of a certificate, and one without. The good one comes first: where it is refused the others prove nothing. */
const CERTIFICATES = ['good', 'expired', 'foreign-host', 'self-signed'] as const
type Certificate = (typeof CERTIFICATES)[number]

/** Lets the daemon log in at a gateway whose certificate is good, and then at some whose certificate is not. */
export const certificatesCheck: Check = {
  id: 'certificates',
  title: 'The daemon says nothing to a gateway whose certificate cannot be trusted',
  from: 'standard',
  limitMs: 120_000,
  async run(context) {
    const rehearsal = await Rehearsal.set(context)
    const findings: Finding[] = []
    for (const certificate of CERTIFICATES) {
      context.tell(`a gateway whose certificate is ${certificate}`)
      findings.push(...(await certificateFindings(rehearsal, certificate)))
    }
    return answer(`The daemon was started at gateways with ${CERTIFICATES.length} certificates.`, findings)
  },
}

async function certificateFindings(rehearsal: Rehearsal, certificate: Certificate): Promise<readonly Finding[]> {
  const { url, authority } = await rehearsal.venue.openTls(certificate)
  const caFile = path.join(rehearsal.configDirectory, 'authority.pem')
  writeFileSync(caFile, authority, { mode: 0o600 })
  changeCopy(rehearsal.configDirectory, 'api_config.yaml', (document) => {
    document.set('api_url', url)
    document.set('user_hub_url', `${url}${hubPaths.user}`)
    document.set('market_hub_url', `${url}${hubPaths.market}`)
    document.setIn(['tls', 'ca_file'], caFile)
  })
  const before = await rehearsal.venue.requests()
  const end = await outcomeOf(rehearsal)
  const said = (await rehearsal.venue.requests()).length - before.length
  if (certificate === 'good') return end.kind === 'trusted' ? [] : [finding(certificate, `it is refused: ${end.why}`)]
  if (end.kind === 'trusted' || said > 0)
    return [finding(certificate, `the daemon sent ${said} requests, the login among them`)]
  return end.why.includes(`ended with ${EXIT_CODES.gateway}`) ? [] : [finding(certificate, end.why)]
}

type Outcome = { readonly kind: 'trusted' } | { readonly kind: 'ended'; readonly why: string }

async function outcomeOf(rehearsal: Rehearsal): Promise<Outcome> {
  try {
    const daemon = await rehearsal.startDaemon()
    await daemon.stop()
    return { kind: 'trusted' }
  } catch (error) {
    return { kind: 'ended', why: error instanceof Error ? error.message : String(error) }
  }
}

function finding(certificate: Certificate, what: string): Finding {
  const remedy =
    certificate === 'good'
      ? 'Look at what is said: with a certificate in order the daemon has to start.'
      : 'Do not deploy this build: whoever stands between could take the key and answer in the place of the firm.'
  return { severity: 'error', place: `gateway with a certificate that is ${certificate}`, what, remedy }
}
