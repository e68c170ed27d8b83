/** What asking needs of the terminal: standard input and standard error. */
export interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WritableStream
}

const ENTER = /[\r\n]/
const INTERRUPT = '\u0003'
const END = '\u0004'
const DELETES: readonly string[] = ['\u0008', '\u007f']

/**
 * Asks at the terminal, without showing what is typed.
 *
 * @returns `null` when the question was refused, by Ctrl-C, Ctrl-D or the end of the input
 */
export function askPassphrase(question: string, { input, output }: Terminal): Promise<string | null> {
  output.write(question)
  input.setRawMode(true)
  input.setEncoding('utf8')
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const typed: string[] = []
  const finish = (answer: string | null): void => {
    input.off('data', take).off('end', refuse)
    input.setRawMode(false)
    input.pause()
    output.write('\n')
    resolve(answer)
  }
  const refuse = (): void => finish(null)
  const take = (chunk: string): void => {
    for (const character of chunk) {
      if (ENTER.test(character)) return finish(typed.join(''))
      if (character === INTERRUPT || character === END) return finish(null)
      if (DELETES.includes(character)) typed.pop()
      else typed.push(character)
    }
  }
  input.on('data', take).on('end', refuse)
  input.resume()
  return promise
}
