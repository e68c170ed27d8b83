import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { signCertificate } from '@rm/runtime-pack'
import type { ValidationReport } from '../report/validation-report.ts'
import { statementOf } from './certificate-of.ts'
import { signingKey, usualKeyFile } from './signing-key.ts'

/**
 * Signs a certificate of the run and writes it, or says on standard error why there is none.
 *
 * @param key - the private key; `null`: the usual one, made on first use
 * @param validMs - how long it is valid
 */
export function writeCertificate(file: string, report: ValidationReport, key: string | null, validMs: number): void {
  const statement = statementOf(report, validMs)
  if ('refused' in statement) {
    process.stderr.write(`No certificate: ${statement.refused}.\n`)
    return
  }
  const certificate = signCertificate(statement, signingKey(key ?? usualKeyFile()))
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify(certificate, null, 2)}\n`)
  process.stderr.write(`Certificate until ${statement.expiresAt}: ${file}\n`)
}
