import type { SeededDice } from './seeded-dice.ts'

/** Ids as the gateway gives them: rising, with gaps, those of orders and trades beyond 2^31. */
export class IdSequence {
  readonly #dice: SeededDice
  #last: number

  constructor(dice: SeededDice, start: number) {
    this.#dice = dice
    this.#last = start + dice.integer(0, 9_999_999)
  }

  next(): number {
    this.#last += this.#dice.integer(1, 9)
    return this.#last
  }
}
