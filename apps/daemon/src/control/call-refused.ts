/** Problems that a call can meet, with their status of HTTP. */
export const PROBLEMS = {
  'invalid-input': { status: 400, title: 'The call is not understood' },
  forbidden: { status: 403, title: 'Only the administrator may do that' },
  'not-found': { status: 404, title: 'There is nothing by that name' },
  conflict: { status: 409, title: 'That is not possible now' },
  'too-large': { status: 413, title: 'The call is too large' },
  'too-many': { status: 429, title: 'Too many calls' },
  'not-possible': { status: 500, title: 'The daemon could not do it' },
} as const

export type ProblemType = keyof typeof PROBLEMS

/** A call that is answered with a problem; nothing was changed. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused'
  readonly type: ProblemType

  constructor(type: ProblemType, detail: string) {
    super(detail)
    this.type = type
  }
}
