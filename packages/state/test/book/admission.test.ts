import { anAccount } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { admissionDueMs, isAdmitted } from '../../src/book.ts'
import { REST_LAG_TOLERANCE_MS } from '../../src/book/rest-lag.ts'
import { Story } from './story.ts'

const BARRED = anAccount({ canTrade: false })
const ADMITTED = anAccount({ canTrade: true })

describe('the leave to trade', () => {
  test('is there by the first reading that says so', () => {
    const story = new Story().snapshot({ account: ADMITTED })
    expect([isAdmitted(story.book), admissionDueMs(story.book)]).toEqual([true, null])
  })

  test('is not given back by the stream alone, whose events carry no stamp (R-14, R-15)', () => {
    const story = new Story().snapshot({ account: ADMITTED }).at('14:00:10').account(BARRED)
    expect([isAdmitted(story.book), admissionDueMs(story.book)]).toEqual([false, null])
    story.account(ADMITTED)
    expect([isAdmitted(story.book), admissionDueMs(story.book)]).toEqual([false, 10_000 + REST_LAG_TOLERANCE_MS + 1])
  })

  test('is given back by a reading that cannot lag behind the word that took it (G-16)', () => {
    const story = new Story().snapshot({ account: ADMITTED }).at('14:00:10').account(BARRED).account(ADMITTED)
    expect(isAdmitted(story.at('14:00:13').snapshot({ account: ADMITTED }).book)).toBe(false)
    expect(isAdmitted(story.at('14:00:13.001').snapshot({ account: ADMITTED }).book)).toBe(true)
  })

  test('is confirmed by a reading whose balance lags', () => {
    const story = new Story().snapshot({ account: BARRED }).at('14:00:10').account(ADMITTED)
    story.at('14:00:10.100').snapshot({ account: anAccount({ canTrade: true, balance: BARRED.balance }) })
    expect(isAdmitted(story.book)).toBe(true)
  })

  test('is given back by the reading itself when the stream has told nothing', () => {
    const story = new Story().snapshot({ account: BARRED }).at('14:00:10').snapshot({ account: ADMITTED })
    expect(isAdmitted(story.book)).toBe(true)
  })

  test('is taken again by a word that comes after the reading', () => {
    const story = new Story().snapshot({ account: ADMITTED }).at('14:00:10').account(BARRED)
    expect(isAdmitted(story.account(ADMITTED).account(BARRED).book)).toBe(false)
  })
})
