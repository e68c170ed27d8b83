/**
 * The only source of chance in the simulated exchange: a small generator (sfc32) started from a seed and a name.
 * Every contract and every concern has dice of its own, so that asking one of them more often changes nothing for the others.
 */
export class SeededDice {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, name: string) {
    this.#a = Math.trunc(seed)
    this.#b = hash(name)
    this.#c = Math.floor(seed / 2 ** 32)
    for (let round = 0; round < 12; round += 1) this.fraction()
  }

  /** In [0, 1). */
  fraction(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`, both possible. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** Waiting time of a memoryless process. */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean
  }

  /** A member of a list that is not empty. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.integer(0, items.length - 1)] ?? items[0]
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const pool = [...items]
    const result: Item[] = []
    while (pool.length > 0) result.push(...pool.splice(this.integer(0, pool.length - 1), 1))
    return result
  }
}

/** FNV-1a over the UTF-16 units of a text. */
export function hash(text: string): number {
  let value = 0x81_1c_9d_c5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93)
  }
  return value | 0
}
