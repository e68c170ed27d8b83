import { describe, expect, test } from 'vitest'
import { address, loss, places, products, size } from '../src/init-answers.ts'

const found = (value: unknown) => ({ ok: true, value })

describe('an answer', () => {
  test.each([
    ['https://api.firm.projectx.com/', 'https://api.firm.projectx.com'],
    ['wss://rtc.firm.projectx.com/hubs/user', 'https://rtc.firm.projectx.com/hubs/user'],
    ['http://127.0.0.1:5080', 'http://127.0.0.1:5080'],
  ])('%s is the address %s', (typed, meant) => {
    expect(address(typed)).toEqual(found(meant))
  })

  test.each(['', 'api.firm.com', 'http://api.firm.com', 'ftp://127.0.0.1'])('"%s" is no address', (typed) => {
    expect(address(typed).ok).toBe(false)
  })

  test.each([
    ['500', -500],
    ['-500.25', -500.25],
    ['$500', -500],
  ])('%s is a loss of %d', (typed, meant) => {
    expect(loss()(typed)).toEqual(found(meant))
  })

  test.each(['0', '', 'abc', '1,000', '5.001', '--5', '+5'])('"%s" is no loss', (typed) => {
    expect(loss()(typed).ok).toBe(false)
  })

  test('is no loss of a position that a day does not allow', () => {
    expect(loss(-200)('199.99')).toEqual(found(-199.99))
    expect(loss(-200)('200').ok).toBe(false)
  })

  test('names products with their contracts', () => {
    expect(products('mes:5, ES:0')).toEqual(found({ MES: 5, ES: 0 }))
    for (const typed of ['', 'MES', 'MES:', 'MES:5 ES', 'MES:1001', 'MES:-1']) expect(products(typed).ok).toBe(false)
  })

  test('names places of a list once each', () => {
    expect(places(3)('3, 1 3')).toEqual(found([3, 1]))
    for (const typed of ['', '0', '4', '1.5', 'all']) expect(places(3)(typed).ok).toBe(false)
  })

  test('names a size that is shipped', () => {
    expect(size('50K')).toEqual(found('50k'))
    for (const typed of ['', '70k', 'toString']) expect(size(typed).ok).toBe(false)
  })
})
