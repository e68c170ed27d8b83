import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import path from 'node:path'
import { type CertificateStatement, programBuild, publicKeyText, signCertificate } from '@rm/runtime-pack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { signingKey } from '../src/certificate/signing-key.ts'
import { PROGRAMS } from '../src/program-files.ts'
import { Rehearsal } from '../src/rehearsal/rehearsal.ts'
import { answer } from '../src/validator.ts'
import { askCheck, runContext } from './run-context.ts'

/** Two MNQ are its limit (config/simulator). */
const ACCOUNT = 7_001_002
const MNQ = 'CON.F.US.MNQ.Z26'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-cert-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function requireCertificate(directory: string, publicKey: string): void {
  const file = path.join(directory, 'risk_config.yaml')
  const document = parseDocument(readFileSync(file, 'utf8'))
  document.setIn(['general', 'certificate'], { required: true, public_key: publicKey })
  writeFileSync(file, document.toString())
}

function statementFor(configuration: string): CertificateStatement {
  return {
    version: 1,
    issuedAt: '2026-11-18T12:00:00.000Z',
    expiresAt: '2099-11-18T12:00:00.000Z',
    build: programBuild(PROGRAMS.daemon).digest ?? '',
    configuration,
    criteria: '',
    mode: 'standard',
    target: 'simulator',
    machine: { platform: '', architecture: '', node: '', host: os.hostname() },
    results: [],
  }
}

test('a daemon that requires a certificate enforces with a valid one, and is in shadow and HALTED without', async () => {
  const key = signingKey(path.join(folder, 'key.pem'))
  const story = {
    id: 'story',
    title: 'Story',
    from: 'quick',
    limitMs: 60_000,
    async run(context) {
      const patience = { withinMs: 15_000, signal: context.signal }
      const rehearsal = await Rehearsal.set(context, {
        prepare: (directory) => requireCertificate(directory, publicKeyText(key)),
      })
      const daemon = await rehearsal.startDaemon()
      const account = async () => {
        const { accounts } = await daemon.client.call('report', {})
        return accounts.find(({ id }) => id === ACCOUNT)
      }
      expect(await account()).toMatchObject({ word: 'HALTED', because: [expect.stringContaining('no certificate')] })
      await rehearsal.venue.place({ accountId: ACCOUNT, contractId: MNQ, side: 'buy', size: 5 })
      await daemon.awaitLine(
        'the breach in shadow',
        ({ event, accountId, rule }) => event === 'breach-begun' && accountId === ACCOUNT && rule === 'RULE-002',
        patience,
      )
      expect((await rehearsal.venue.positions(ACCOUNT)).get(MNQ)).toBe(5)

      const { configuration } = await daemon.client.call('report', {})
      const file = path.join(rehearsal.dataDirectory, 'certificate.json')
      const certificate = JSON.stringify(signCertificate(statementFor(configuration), key))
      writeFileSync(file, certificate)
      await daemon.awaiting(
        'the enforcement',
        async () => (await rehearsal.venue.positions(ACCOUNT)).get(MNQ) === 2,
        patience,
      )
      expect((await account())?.word).not.toBe('HALTED')

      writeFileSync(file, certificate.replace('2099', '2199'))
      await daemon.awaiting('the halt', async () => (await account())?.word === 'HALTED', patience)
      expect((await account())?.because[0]).toContain('its signature does not fit')
      return answer('played')
    },
  } satisfies Parameters<typeof askCheck>[0]
  const { findings } = await askCheck(story, runContext(), folder)
  expect(findings).toEqual([])
})
