import { describe, expect, test } from 'vitest'
import { frontMonth, lastFrontDay } from '../../src/exchange/contract-months.ts'
import { contractById, contractByName, frontContracts, wireContract } from '../../src/exchange/contracts.ts'
import { averagePriceOf, priceOf, ticksOf } from '../../src/exchange/price-grid.ts'
import { fraction } from '../../src/exchange/fraction.ts'
import { productByRoot, products } from '../../src/exchange/products.ts'

const wednesday = Date.parse('2026-11-18T15:30:00Z')

describe('contracts', () => {
  test('are named by product code in the id and by exchange root in the name', () => {
    const es = frontContracts(wednesday).find(({ name }) => name === 'ESZ6')
    expect(es).toEqual({
      id: 'CON.F.US.EP.Z26',
      name: 'ESZ6',
      description: 'E-mini S&P 500: December 2026',
      tickSize: 0.25,
      tickValue: 12.5,
      activeContract: true,
      symbolId: 'F.US.EP',
    })
  })

  test.each([
    ['MNQ', '2026-11-18', 'MNQZ6'],
    ['MNQ', '2026-12-13', 'MNQZ6'],
    ['MNQ', '2026-12-14', 'MNQH7'],
    ['MCL', '2026-11-18', 'MCLZ6'],
    ['MCL', '2026-11-19', 'MCLF7'],
    ['GC', '2026-11-18', 'GCZ6'],
    ['GC', '2026-12-01', 'GCG7'],
    ['6E', '2026-09-15', '6EZ6'],
    ['ZS', '2026-11-18', 'ZSF7'],
    ['MBT', '2026-11-18', 'MBTX6'],
    ['PL', '2026-11-18', 'PLF7'],
    ['HE', '2026-11-18', 'HEZ6'],
  ])('the front month of %s on %s is %s', (root, date, name) => {
    expect(contractByName(root, Date.parse(`${date}T15:00:00Z`))?.name).toBe(name)
  })

  test('the front month changes with the trading day at 17:00 in Chicago', () => {
    const evening = Date.parse('2026-11-18T23:00:00Z')
    expect([contractByName('MCL', evening - 1)?.name, contractByName('MCL', evening)?.name]).toEqual(['MCLZ6', 'MCLF7'])
  })

  test.each(products.map(({ root }) => root))(
    '%s has a front month on every third day of two years, never going back',
    (root) => {
      const product = productByRoot(root)
      if (product === undefined) throw new Error(`no product ${root}`)
      let day = Temporal.PlainDate.from('2025-01-01')
      let earlier = 0
      for (; day.year < 2027; day = day.add({ days: 3 })) {
        const month = frontMonth(product, day)
        const ordinal = month.year * 12 + month.month
        expect(ordinal).toBeGreaterThanOrEqual(earlier)
        expect(Temporal.PlainDate.compare(day, lastFrontDay(product.roll, month))).toBeLessThanOrEqual(0)
        earlier = ordinal
      }
    },
  )

  test('other months resolve too, as inactive ones', () => {
    const march = contractById('CON.F.US.MNQ.H27')
    if (march === undefined) throw new Error('MNQH7 is listed')
    expect(wireContract(march, wednesday)).toMatchObject({ name: 'MNQH7', activeContract: false })
  })

  test.each(['CON.F.US.ES.Z26', 'CON.F.US.GC.Z26', 'CON.F.US.MNQ.X26', 'CON.F.US.MNQ.Z2026', 'MNQZ6', ''])(
    'no contract has the id %j',
    (id) => expect(contractById(id)).toBeUndefined(),
  )

  test.each([
    ['GMET', undefined],
    ['EP', undefined],
    ['MNQZ6', 'CON.F.US.MNQ.Z26'],
    ['M2KH7', 'CON.F.US.M2K.H27'],
    ['MET', 'CON.F.US.GMET.X26'],
    ['6EZ5', 'CON.F.US.EU6.Z25'],
    ['CON.F.US.EP.Z26', 'CON.F.US.EP.Z26'],
    ['/NQ', undefined],
    ['MNQX6', undefined],
  ])('%j means %j', (name, id) => expect(contractByName(name, wednesday)?.id).toBe(id))
})

function price(root: string, ticks: number): number | undefined {
  const product = productByRoot(root)
  return product === undefined ? undefined : priceOf(product.grid, ticks)
}

describe('price grid', () => {
  test.each(products.map(({ root, grid }) => [root, grid] as const))(
    '%s: prices are exact both ways',
    (_root, grid) => {
      for (const ticks of [1, 3, 7, 104_321, -5]) {
        expect(ticksOf(grid, priceOf(grid, ticks))).toBe(ticks)
        expect(ticksOf(grid, priceOf(grid, ticks) + priceOf(grid, 1) / 3)).toBeUndefined()
      }
    },
  )

  test('prices are the doubles that their decimal text names', () => {
    expect(price('6J', 13_001)).toBe(0.006_500_5)
    expect(price('ZF', 13_952)).toBe(109)
    expect(price('MCL', 6_097)).toBe(60.97)
    expect(price('6E', 23_201)).toBe(1.160_05)
  })

  test('an average between ticks is rounded to nine decimals', () => {
    const grid = { step: 25, scale: 100 }
    expect(averagePriceOf(grid, fraction(300_011n, 3n))).toBe(25_000.916_666_667)
    expect(averagePriceOf(grid, fraction(-7n, 2n))).toBe(-0.875)
  })
})
