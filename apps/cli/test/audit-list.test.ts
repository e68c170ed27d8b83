import type { AuditPage } from '@rm/control-api'
import { AccountId, instantOf } from '@rm/domain'
import { expect, test } from 'vitest'
import { auditText } from '../src/audit-list.ts'

const RECORD: AuditPage['records'][number] = {
  seq: 7,
  run: 1,
  at: instantOf('2026-11-18T15:45:07Z'),
  accountId: AccountId.parse(7_001_001),
  actor: 'daemon',
  action: 'lockout-set',
  subject: 'l-7001001-1-3',
  detail: {
    rule: 'RULE-003',
    until: '2026-11-18T23:00:00.000Z',
    evidence: { measured: '-$512.40', limit: '-$500.00' },
  },
  hash: 'a',
}
const PLAIN = { color: false, width: 80 }

const page = (changes: Partial<AuditPage> = {}): AuditPage => ({
  head: { seq: 9, hash: 'b' },
  records: [RECORD],
  next: null,
  ...changes,
})

test('a record is a line, with what it says of itself below, within 80 columns', () => {
  const text = auditText(page(), 'America/Chicago', PLAIN)
  expect(text).toBe(`7  2026-11-18 09:45:07 CST  daemon  lockout-set  l-7001001-1-3
    rule RULE-003, until 2026-11-18T23:00:00.000Z, evidence
    {"measured":"-$512.40","limit":"-$500.00"}

1 of a trail of 9
`)
})

test('what is left is told, and where to go on', () => {
  expect(auditText(page({ next: 7 }), 'UTC', PLAIN)).toContain('there are more: --last, or go on from 7')
  expect(auditText(page({ records: [] }), 'UTC', PLAIN)).toBe('no record of that kind\n')
})

test('a text of the trail steers no terminal, and colours come only where they are wanted', () => {
  const foreign = { ...RECORD, subject: 'x\u001B[2Jy', detail: 'z\u0007' }
  expect(hasControls(auditText(page({ records: [foreign] }), 'UTC', PLAIN))).toBe(false)
  expect(hasControls(auditText(page(), 'UTC', { ...PLAIN, color: true }))).toBe(true)
})

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text.replaceAll('\n', ''))
}
