/** Last arm of a switch over a closed union: a member without an arm of its own does not compile. */
export function unreachable(value: never): never {
  throw new TypeError(`no arm for ${JSON.stringify(value)}`)
}
