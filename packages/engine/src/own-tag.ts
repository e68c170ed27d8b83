import type { AccountId, ProtectionKind } from '@rm/domain'
import { hash } from 'node:crypto'

/** RFC 4648, in lower case: tags are compared as text. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
/** 125 bits of the hash: no two orders ever share a tag, and with the prefix it stays far below the 60 characters of the gateway. */
const LENGTH = 25

/**
 * The tag of an order that the program places (reliability 3.4): the same intention gives the same tag, so that the gateway itself refuses
 * a repetition, and no other intention of the account ever gives it again.
 *
 * @param cycleId - the life of the position that the order works against
 * @param nth - counts the orders of the cycle
 */
export function ownTag(accountId: AccountId, cycleId: string, protection: ProtectionKind, nth: number): string {
  const digest = hash('sha256', `${accountId}|${cycleId}|${protection}|${nth}`, 'hex')
  let bits = BigInt(`0x${digest}`) >> BigInt(256 - 5 * LENGTH)
  let text = ''
  for (let index = 0; index < LENGTH; index += 1) {
    text = `${BASE32[Number(bits & 31n)]}${text}`
    bits >>= 5n
  }
  return `rm1-${text}`
}
