import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { contracts } from '../src/init-answers.ts'
import { InputEnded, Questions } from '../src/init-questions.ts'

class Keyboard extends PassThrough {
  readonly isTTY = true
}

function session(input: PassThrough) {
  const output = new PassThrough().setEncoding('utf8')
  return { questions: new Questions(input, output), shown: () => String(output.read() ?? '') }
}

describe('questions at a terminal', () => {
  test('show what is typed, but nothing of what is hidden, also after a correction', async () => {
    const keyboard = new Keyboard()
    const { questions, shown } = session(keyboard)
    using _ = questions
    const hidden = questions.askHidden('API key')
    keyboard.write('sexret\u007f\u007f\u007f\u007fcret-key\r')
    expect(await hidden).toBe('secret-key')
    const asked = questions.ask({ text: 'Contracts', preset: '5', understand: contracts })
    // The arrow up would bring back what was typed before, if it were remembered.
    keyboard.write('\u001b[A12\r')
    expect(await asked).toBe(12)

    const screen = shown()
    expect(screen).toContain('API key: ')
    expect(screen).toContain('12')
    expect(screen).not.toMatch(/sex|cret/)
  })

  test('end with Ctrl-C', async () => {
    const keyboard = new Keyboard()
    const { questions } = session(keyboard)
    using _ = questions
    const asked = questions.ask({ text: 'Contracts', understand: contracts })
    keyboard.write('\u0003')
    await expect(asked).rejects.toThrow(InputEnded)
  })
})

describe('questions to a script', () => {
  test('are asked again until the answer is understood, and Enter takes the preset', async () => {
    const pipe = new PassThrough()
    const { questions, shown } = session(pipe)
    using _ = questions
    pipe.end('none\n-3\n\n')
    expect(await questions.ask({ text: 'Contracts', preset: '5', understand: contracts })).toBe(5)
    expect(shown().match(/Expected a whole number from 1 to 1000/g)).toHaveLength(2)
  })

  test('end with the input', async () => {
    const pipe = new PassThrough()
    const { questions } = session(pipe)
    using _ = questions
    pipe.end()
    await expect(questions.askHidden('API key')).rejects.toThrow(InputEnded)
  })
})
