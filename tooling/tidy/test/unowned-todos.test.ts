import { describe, expect, test } from 'vitest'
import { unownedTodos } from '../src/unowned-todos.ts'

const path = 'packages/engine/src/enforcer.ts'

describe('promised work', () => {
  test.each(['// TODO retry', '/* TODO: retry */', '// FIXME later', '// TODO() later'])(
    'without an owner is found: %s',
    (text) => expect(unownedTodos([{ path, text: `\n${text}\n` }])).toEqual([expect.stringContaining(`${path}:2: `)]),
  )

  test.each(['// TODO(ada) retry', '// TODO #42 retry', "const TODO = '// TODO'", '// METODO'])(
    'with an owner is left alone: %s',
    (text) => expect(unownedTodos([{ path, text }])).toEqual([]),
  )
})
