import { hash } from 'node:crypto'

/** One change of the schema. Never edited after a release: what follows is a new step. */
export interface MigrationStep {
  /** Number and words, `0001-first-tables`: the order of application. */
  readonly name: string
  readonly statements: readonly string[]
}

/** SHA-256 of the statements: a step that was edited after it had been applied shows. */
export function checksumOf(step: MigrationStep): string {
  return hash('sha256', step.statements.join(';\n'), 'hex')
}
