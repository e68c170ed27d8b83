import Sqlite from 'better-sqlite3'
import { z } from 'zod'

const SchemaObject = z.object({ type: z.string(), name: z.string(), sql: z.string() })
/** A table, index or trigger. */
type SchemaObject = z.infer<typeof SchemaObject>

export interface Schema {
  readonly version: number
  readonly objects: ReadonlyMap<string, SchemaObject>
}

/** What a database file consists of. Throws as the driver does for a file that is none. */
export function schemaOf(file: string): Schema {
  const database = new Sqlite(file)
  try {
    const rows = z
      .array(SchemaObject)
      .parse(database.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all())
    return {
      version: z.int().parse(database.pragma('user_version', { simple: true })),
      objects: new Map(rows.map((row) => [`${row.type} ${row.name}`, row])),
    }
  } finally {
    database.close()
  }
}

/** What of a schema is not as it should be. */
export interface SchemaDifference {
  /** `index trade_by_time` */
  readonly object: string
  readonly what: string
}

/** In what one schema is not another; empty when they are alike. */
export function schemaDifferences(found: Schema, expected: Schema): readonly SchemaDifference[] {
  const differences: SchemaDifference[] = []
  for (const [object, { sql }] of expected.objects) {
    const one = found.objects.get(object)
    if (one === undefined) differences.push({ object, what: 'is missing' })
    else if (one.sql !== sql) differences.push({ object, what: 'is not as this build makes it' })
  }
  for (const object of found.objects.keys())
    if (!expected.objects.has(object)) differences.push({ object, what: 'is none of this build' })
  return differences
}
