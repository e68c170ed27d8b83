import { hasOwnTag, type ProtectionKind } from '@rm/domain'
import { anOrder, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ownTag } from '../src/own-tag.ts'

const CYCLE = `${TEST_ACCOUNT}:${contracts.MNQ.id}@1773066600000`

/** Base32 bit by bit, as RFC 4648 writes it down. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{5}/g) ?? []
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group, 2)]).join('')
}

test('a tag is the prefix and the first 25 characters of the hash in base 32', () => {
  const digest = createHash('sha256').update(`${TEST_ACCOUNT}|${CYCLE}|stop|1`).digest()
  expect(ownTag(TEST_ACCOUNT, CYCLE, 'stop', 1)).toBe(`rm1-${base32(digest).slice(0, 25)}`)
})

test('the same intention gives the same tag, every other another', () => {
  const intentions: readonly [string, ProtectionKind, number][] = [
    [CYCLE, 'stop', 1],
    [CYCLE, 'stop', 2],
    [CYCLE, 'target', 1],
    [`${CYCLE}#2`, 'stop', 1],
  ]
  const tags = intentions.map(([cycle, kind, nth]) => ownTag(TEST_ACCOUNT, cycle, kind, nth))
  expect(tags).toEqual(intentions.map(([cycle, kind, nth]) => ownTag(TEST_ACCOUNT, cycle, kind, nth)))
  expect(new Set(tags).size).toBe(tags.length)
})

test('a tag of ours is known as such and leaves the gateway room for what it appends', () => {
  const tag = ownTag(TEST_ACCOUNT, CYCLE, 'stop', 1)
  expect(tag).toHaveLength(29)
  expect(hasOwnTag(anOrder(1, contracts.MNQ, { tag }))).toBe(true)
})
