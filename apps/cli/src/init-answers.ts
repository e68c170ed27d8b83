import { type AccountType, isLoopback } from '@rm/config'
import type { Understood } from './init-questions.ts'
import { type MainLimits, type Size, SIZES } from './init-profile.ts'

/** What a typed line means, for each kind of question. */

export function someText(answer: string): Understood<string> {
  return answer === '' ? expected('something') : found(answer)
}

/** An address of a gateway, without a slash at its end. Without encryption only on this machine. */
export function address(answer: string): Understood<string> {
  const url = URL.parse(answer.replace(/^ws(s?):/, 'http$1:'))
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)))
  if (!isSafe) return expected('an https address (http only on this machine)')
  return found(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
}

/** The places in a list of so many, counted from 1: `2`, or `1,3`. */
export function places(count: number): (answer: string) => Understood<readonly number[]> {
  return (answer) => {
    const numbers = [...new Set(words(answer).map(Number))]
    const areThere = numbers.length > 0 && numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= count)
    return areThere ? found(numbers) : expected(count === 1 ? '1' : `numbers from 1 to ${count}`)
  }
}

export function accountType(answer: string): Understood<AccountType> {
  const type = (['practice', 'combine', 'express'] as const).find((one) => one === answer.toLowerCase())
  return type === undefined ? expected('practice, combine or express') : found(type)
}

export function size(answer: string): Understood<Size> {
  const lower = answer.toLowerCase()
  return isSize(lower) ? found(lower) : expected(Object.keys(SIZES).join(', '))
}

function isSize(word: string): word is Size {
  return Object.hasOwn(SIZES, word)
}

/** A loss in dollars, negative, however its sign was typed. With a bound it is the smaller loss of the two. */
export function loss(within = Number.NEGATIVE_INFINITY): (answer: string) => Understood<number> {
  return (answer) => {
    const [, digits] = /^-?\$?(\d{1,7}(?:\.\d{1,2})?)$/.exec(answer) ?? []
    const amount = -Number(digits ?? 0)
    if (amount < 0 && amount > within) return found(amount)
    return expected(Number.isFinite(within) ? `dollars, fewer than ${-within}` : 'dollars, such as 250')
  }
}

// As many as RULE-001 takes (risk rules, 3.1).
const CONTRACTS_MAX = 1_000

export function contracts(answer: string): Understood<number> {
  const count = wholeUpTo(CONTRACTS_MAX, answer)
  return count === null || count === 0 ? expected(`a whole number from 1 to ${CONTRACTS_MAX}`) : found(count)
}

/** `MES:5 ES:1`. */
export function products(answer: string): Understood<MainLimits['products']> {
  const limits = words(answer.toUpperCase()).map((word) => {
    const [, root, count = ''] = /^([A-Z0-9]{1,5}):(\d+)$/.exec(word) ?? []
    const limit = wholeUpTo(CONTRACTS_MAX, count)
    return root === undefined || limit === null ? null : ([root, limit] as const)
  })
  const named = limits.filter((one) => one !== null)
  const areUnderstood = named.length > 0 && named.length === limits.length
  return areUnderstood ? found(Object.fromEntries(named)) : expected('roots with their contracts, such as MES:5 ES:1')
}

function wholeUpTo(max: number, text: string): number | null {
  return /^\d+$/.test(text) && Number(text) <= max ? Number(text) : null
}

function words(answer: string): readonly string[] {
  return answer.split(/[\s,]+/).filter((word) => word !== '')
}

function found<Value>(value: Value): Understood<Value> {
  return { ok: true, value }
}

function expected(what: string): { readonly ok: false; readonly expected: string } {
  return { ok: false, expected: what }
}
