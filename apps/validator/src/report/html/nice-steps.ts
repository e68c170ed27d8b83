/** About four round numbers between two values: 1, 2 or 5 times a power of ten apart. */
export function niceSteps(low: number, high: number): readonly number[] {
  const rough = (high - low) / 4
  if (!(rough > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}
