/** The program is wrong: an impossible state was reached. Never caught to go on; the process ends and starts again from its store. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/**
 * Throws {@link InvariantError} unless the claim holds. Stays on in production.
 *
 * @param message - a function where it is asked at every event: making the text would cost more than the question
 */
export function invariant(claim: boolean, message: string | (() => string)): asserts claim {
  if (!claim) throw new InvariantError(typeof message === 'string' ? message : message())
}

/** Ends an exhaustive `switch`: a member that no arm handles does not compile. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable case: ${JSON.stringify(value)}`)
}
