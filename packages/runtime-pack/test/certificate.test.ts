import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type CertificateStatement,
  certificateFault,
  type CertifiedSubject,
  publicKeyText,
  signCertificate,
} from '../src/certificate.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const { privateKey: otherKey } = generateKeyPairSync('ed25519')

const statement: CertificateStatement = {
  version: 1,
  issuedAt: '2026-11-18T12:00:00.000Z',
  expiresAt: '2026-12-18T12:00:00.000Z',
  build: 'b'.repeat(64),
  configuration: 'c'.repeat(64),
  criteria: 'd'.repeat(64),
  mode: 'standard',
  target: 'simulator',
  machine: { platform: 'linux 6.1', architecture: 'x64', node: '26.10.0', host: 'guard-1' },
  results: [{ validator: 'smoke', verdict: 'passed' }],
}

const subject: CertifiedSubject = {
  build: statement.build,
  configuration: statement.configuration,
  host: 'guard-1',
  publicKey: publicKeyText(privateKey),
  nowMs: Date.parse('2026-11-19T00:00:00Z'),
}

const certificate = signCertificate(statement, privateKey)
const text = JSON.stringify(certificate)

test('a certificate holds for what it was made of', () => expect(certificateFault(text, subject)).toBeNull())

test('also when its keys are written in another order', () => {
  const { results, ...rest } = statement
  const reordered = { signature: certificate.signature, statement: { results, ...rest }, publicKey: subject.publicKey }
  expect(certificateFault(JSON.stringify(reordered), subject)).toBeNull()
})

test.each<[string, Partial<CertifiedSubject>, string]>([
  ['one byte of the build is another', { build: `e${statement.build.slice(1)}` }, 'another build'],
  ['nothing is built', { build: null }, 'another build'],
  ['one setting is another', { configuration: `e${statement.configuration.slice(1)}` }, 'another configuration'],
  ['it is on another machine', { host: 'guard-2' }, 'machine guard-1'],
  ['its time is over', { nowMs: Date.parse(statement.expiresAt) }, 'expired'],
  ['somebody else signed it', { publicKey: publicKeyText(otherKey) }, 'another key'],
])('it does not hold when %s', (_, change, because) =>
  expect(certificateFault(text, { ...subject, ...change })).toContain(because),
)

test.each<[string, string | null, string]>([
  ['is missing', null, 'no certificate'],
  ['is no JSON', 'certificate', 'is no certificate'],
  ['says something else than was signed', text.replace('"standard"', '"thorough"'), 'signature'],
  ['lengthens its own life', text.replaceAll('2026-12-18', '2036-12-18'), 'signature'],
  ['has no signature', JSON.stringify({ ...certificate, signature: '' }), 'signature'],
])('one that %s is refused', (_, written, because) => expect(certificateFault(written, subject)).toContain(because))
