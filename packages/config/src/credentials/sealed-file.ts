import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'

/** What came out of a sealed file. */
export interface Unsealed {
  readonly ok: true
  /** Tells two sealings apart; public, it stands in the file. */
  readonly keyId: string
  readonly variables: ReadonlyMap<string, string>
}

/**
 * Why a sealed file could not be opened. `shape`: it is no such file. `passphrase`: the data key does not come out, because the passphrase or the
 * head of the file is another. `content`: the key came out, and what it locks was changed.
 */
export type SealFault = 'shape' | 'passphrase' | 'content'

/** What format 1 derives the wrapping key with: 128 MiB and about half a second, the least that OWASP advises for scrypt. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 } as const
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const SALT_BYTES = 16
/** The size that GCM is specified for. */
const IV_BYTES = 12
const TAG_BYTES = 16

const base64 = (bytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((buffer) => buffer.length === bytes)

const Box = z.strictObject({
  iv: base64(IV_BYTES),
  tag: base64(TAG_BYTES),
  data: z.base64().transform((text) => Buffer.from(text, 'base64')),
})
type Box = z.output<typeof Box>

const SealedFile = z.strictObject({
  format: z.literal(1),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  salt: base64(SALT_BYTES),
  wrappedKey: Box,
  variables: Box,
})
type Head = Pick<z.output<typeof SealedFile>, 'format' | 'keyId' | 'salt'>

const Variables = z.array(z.tuple([z.string(), z.string()]))

/**
 * Locks variables with AES-256-GCM under a data key of their own, and that key under one derived from the passphrase by scrypt (reliability 4.2).
 * Each call has a new key, a new salt and a new key id.
 *
 * @returns the text of `credentials.enc` and its key id
 */
export async function seal(
  variables: ReadonlyMap<string, string>,
  passphrase: string,
): Promise<{ readonly text: string; readonly keyId: string }> {
  const head: Head = { format: 1, keyId: randomBytes(8).toString('hex'), salt: randomBytes(SALT_BYTES) }
  const dataKey = randomBytes(KEY_BYTES)
  const wrappingKey = await wrappingKeyOf(passphrase, head.salt)
  const file = {
    format: head.format,
    keyId: head.keyId,
    salt: head.salt.toString('base64'),
    wrappedKey: written(lock(dataKey, wrappingKey, bindingOf(head, 'wrappedKey'))),
    variables: written(lock(Buffer.from(JSON.stringify([...variables])), dataKey, bindingOf(head, 'variables'))),
  }
  return { text: `${JSON.stringify(file, null, 2)}\n`, keyId: head.keyId }
}

/** Opens what {@link seal} made: whole and unchanged, or not at all. */
export async function unseal(
  text: string,
  passphrase: string,
): Promise<Unsealed | { readonly ok: false; readonly fault: SealFault }> {
  const file = SealedFile.safeParse(jsonOf(text))
  if (!file.success) return { ok: false, fault: 'shape' }
  const { wrappedKey, variables, ...head } = file.data
  const wrappingKey = await wrappingKeyOf(passphrase, head.salt)
  const dataKey = unlock(wrappedKey, wrappingKey, bindingOf(head, 'wrappedKey'))
  if (dataKey?.length !== KEY_BYTES) return { ok: false, fault: 'passphrase' }
  const content = unlock(variables, dataKey, bindingOf(head, 'variables'))
  if (content === null) return { ok: false, fault: 'content' }
  return { ok: true, keyId: head.keyId, variables: new Map(Variables.parse(JSON.parse(content.toString('utf8')))) }
}

function wrappingKeyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  // Two keyboards may write one letter in two ways.
  const bytes = Buffer.from(passphrase.normalize('NFC'))
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(bytes, salt, KEY_BYTES, SCRYPT, (error, key) => (error === null ? resolve(key) : reject(error)))
  return promise
}

/** Ties a box to the head and to its place, so that none can be moved to another file or exchanged for the other. */
function bindingOf({ format, keyId, salt }: Head, place: 'wrappedKey' | 'variables'): Buffer {
  return Buffer.from(JSON.stringify([format, keyId, salt.toString('base64'), place]))
}

function lock(content: Buffer, key: Buffer, binding: Buffer): Box {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(binding)
  const data = Buffer.concat([cipher.update(content), cipher.final()])
  return { iv, tag: cipher.getAuthTag(), data }
}

/** `null` when the key or any of the bytes is another. */
function unlock({ iv, tag, data }: Box, key: Buffer, binding: Buffer): Buffer | null {
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(binding).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(data), decipher.final()])
  } catch {
    return null
  }
}

function written({ iv, tag, data }: Box): Readonly<Record<keyof Box, string>> {
  return { iv: iv.toString('base64'), tag: tag.toString('base64'), data: data.toString('base64') }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
