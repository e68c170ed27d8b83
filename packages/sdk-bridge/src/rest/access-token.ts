/** Lives beyond this are as good as no claim: the gateway issues tokens for a day. */
const LIFE_MS_MAX = 7 * 24 * 3_600_000
const LIFE_MS_MIN = 60_000

/** A bearer token with what its `exp` claim says. */
export interface AccessToken {
  readonly text: string
  /** Epoch ms in the gateway's time; `null` when the claim is missing or absurd. */
  readonly expiresAt: number | null
}

/**
 * Reads the expiry of a fresh token, without verifying its signature: only the gateway can.
 *
 * @param now - the gateway's time at which the token was issued, epoch ms
 */
export function accessToken(text: string, now: number): AccessToken {
  const expiresAt = expiryOf(text)
  const life = expiresAt === null ? Number.NaN : expiresAt - now
  return { text, expiresAt: life >= LIFE_MS_MIN && life <= LIFE_MS_MAX ? expiresAt : null }
}

function expiryOf(text: string): number | null {
  const claimsText = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8')
  try {
    const claims: unknown = JSON.parse(claimsText)
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null
    const seconds = Number(claims.exp)
    return Number.isFinite(seconds) ? seconds * 1_000 : null
  } catch {
    return null
  }
}
