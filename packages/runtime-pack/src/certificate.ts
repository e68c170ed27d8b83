import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'

/** What a certificate says: that this build with this configuration was found fit, by what, where and until when. */
export const CertificateStatement = z.object({
  version: z.literal(1),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** SHA-256 over the daemon's program and what stands beside it ({@link ProgramBuild}). */
  build: z.string(),
  /** SHA-256 of the effective configuration. */
  configuration: z.string(),
  /** SHA-256 of what was measured against. */
  criteria: z.string(),
  mode: z.enum(['quick', 'standard', 'thorough']),
  target: z.enum(['simulator', 'gateway']),
  machine: z.object({ platform: z.string(), architecture: z.string(), node: z.string(), host: z.string() }),
  /** Each validator with its verdict. */
  results: z.array(z.object({ validator: z.string(), verdict: z.enum(['passed', 'warned']) })),
})
export type CertificateStatement = z.output<typeof CertificateStatement>

/** A statement with an Ed25519 signature over its JSON, keys in the order of the schema. */
export const Certificate = z.object({
  statement: CertificateStatement,
  /** SPKI, base64. */
  publicKey: z.string(),
  signature: z.string(),
})
export type Certificate = z.output<typeof Certificate>

/** What a certificate has to be about. */
export interface CertifiedSubject {
  readonly build: string | null
  readonly configuration: string
  readonly host: string
  /** Of whom a certificate is believed: SPKI, base64. */
  readonly publicKey: string
  /** Epoch milliseconds. */
  readonly nowMs: number
}

/** Signs a statement with an Ed25519 key. */
export function signCertificate(statement: CertificateStatement, privateKey: KeyObject): Certificate {
  const signature = sign(null, bytesOf(statement), privateKey).toString('base64')
  return { statement, publicKey: publicKeyText(privateKey), signature }
}

/** The public half of a private key as settings and certificates write it: SPKI, base64. */
export function publicKeyText(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
}

/** Reads a private key. Throws for anything but an Ed25519 key in PEM. */
export function readSigningKey(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`expected an Ed25519 key, got ${key.asymmetricKeyType}`)
  return key
}

/**
 * Why a certificate does not hold for what is there; `null` when it does.
 *
 * @param text - of the file; `null`: there is none
 */
export function certificateFault(text: string | null, subject: CertifiedSubject): string | null {
  if (text === null) return 'there is no certificate'
  const certificate = readCertificate(text)
  if (certificate === null) return 'the file is no certificate'
  const { statement, publicKey, signature } = certificate
  if (publicKey !== subject.publicKey) return 'it was signed with another key than the configured one'
  if (!isSigned(statement, publicKey, signature)) return 'its signature does not fit what it says'
  if (subject.build === null || statement.build !== subject.build) return 'it is for another build of the daemon'
  if (statement.configuration !== subject.configuration) return 'it is for another configuration'
  if (statement.machine.host !== subject.host) return `it is for the machine ${statement.machine.host}`
  if (subject.nowMs >= Date.parse(statement.expiresAt)) return `it expired at ${statement.expiresAt}`
  return null
}

/** `null` for a text that is none. */
export function readCertificate(text: string): Certificate | null {
  try {
    return Certificate.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

function isSigned(statement: CertificateStatement, publicKey: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' })
    return verify(null, bytesOf(statement), key, Buffer.from(signature, 'base64'))
  } catch {
    return false // a key or a signature that is none signs nothing
  }
}

/** The schema gives the order of the keys, so that both sides sign the same bytes. */
function bytesOf(statement: CertificateStatement): Buffer {
  return Buffer.from(JSON.stringify(CertificateStatement.parse(statement)))
}
