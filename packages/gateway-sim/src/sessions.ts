import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { TokenExpiry } from './knobs.ts'
import type { SimClock } from './seam.ts'

/** Somebody who may log in, and the accounts that are his: all of them unless listed. */
export interface SimUser {
  readonly userName: string
  readonly apiKey: string
  readonly accountIds?: readonly number[]
}

export interface Session {
  readonly id: string
  readonly user: SimUser
  readonly token: string
  /** Epoch milliseconds of business time. */
  readonly expiresAt: number
}

const claimNames = {
  userId: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  sessionId: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/sid',
  userName: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
  role: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
} as const

const sessionClaim = z.object({ [claimNames.sessionId]: z.string() })

/** Logins and their tokens: HS256 JWTs with the claims of a recorded production token and invented values. */
export class Sessions {
  readonly #clock: SimClock
  readonly #users: readonly SimUser[]
  readonly #secret = randomBytes(32)
  readonly #live = new Map<string, Session>()

  constructor(clock: SimClock, users: readonly SimUser[]) {
    this.#clock = clock
    this.#users = users
  }

  userNamed(userName: string): SimUser | undefined {
    return this.#users.find((user) => user.userName === userName)
  }

  /** @param expiry - what the token says of its end; it ends after its lifetime whatever it says */
  open(user: SimUser, lifetimeMs: number, expiry: TokenExpiry = 'true'): Session {
    const id = randomUUID()
    const expiresAt = this.#clock.now() + lifetimeMs
    const token = this.#sign({
      [claimNames.userId]: String(1_000 + this.#users.indexOf(user)),
      [claimNames.sessionId]: id,
      [claimNames.userName]: user.userName,
      [claimNames.role]: ['user', 'market:tob'],
      msd: 'CME_TOB',
      mfa: 'verified',
      ...(expiry === 'missing' ? {} : { exp: expiry === 'absurd' ? 86_400 : Math.floor(expiresAt / 1_000) }),
    })
    const session: Session = { id, user, token, expiresAt: Math.floor(expiresAt / 1_000) * 1_000 }
    this.#live.set(id, session)
    return session
  }

  /** The session of an `Authorization: Bearer` header or of a bare token; nothing when it is unsigned, expired or ended. */
  of(token: string | undefined): Session | undefined {
    const [header, payload, signature] = (token ?? '').split('.')
    if (header === undefined || payload === undefined || signature === undefined) return undefined
    const expected = this.#signatureOf(`${header}.${payload}`)
    const given = Buffer.from(signature, 'base64url')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const claims = sessionClaim.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    const session = claims.success ? this.#live.get(claims.data[claimNames.sessionId]) : undefined
    return session !== undefined && session.expiresAt > this.#clock.now() ? session : undefined
  }

  end(session: Session): void {
    this.#live.delete(session.id)
  }

  endWhere(isOver: (session: Session) => boolean): void {
    for (const session of this.#live.values()) if (isOver(session)) this.end(session)
  }

  #sign(claims: Readonly<Record<string, unknown>>): string {
    const content = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`
    return `${content}.${this.#signatureOf(content).toString('base64url')}`
  }

  #signatureOf(content: string): Buffer {
    return createHmac('sha256', this.#secret).update(content).digest()
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** Whether an account is one of this user's. */
export function owns(user: SimUser, accountId: number): boolean {
  return user.accountIds === undefined || user.accountIds.includes(accountId)
}

/** The token of an `Authorization` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1]
}
