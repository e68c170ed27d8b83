import { parseSync } from 'oxc-parser'
import { type Finding, lineAt, type SourceFile } from './source-file.ts'

/** Comments that promise work without naming who owes it: `TODO(name)` or `TODO #42` have an owner. */
export function unownedTodos(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    parseSync(file.path, file.text).comments.flatMap((comment) => {
      const promise = /\b(TODO|FIXME|XXX)\b(?!\([\w-]+\)| #\d+)/.exec(comment.value)
      if (promise === null) return []
      return [`${file.path}:${lineAt(file.text, comment.start + promise.index)}: ${promise[1]} without an owner`]
    }),
  )
}
