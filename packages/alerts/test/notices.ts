import type { Notice } from '../src/index.ts'

/** A notice as the daemon makes it. */
export function aNotice(changes: Partial<Notice> = {}): Notice {
  return {
    id: '3-1',
    revision: 1,
    kind: 'begun',
    severity: 'error',
    code: 'RULE-001',
    account: '…1001',
    at: '2026-11-18T15:45:01.000Z',
    begunAt: '2026-11-18T15:45:00.000Z',
    seenCount: 1,
    text: '3 contracts are held & <2> are allowed',
    details: ['measured 3, limit 2'],
    ...changes,
  }
}
