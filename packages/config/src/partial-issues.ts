import { z } from 'zod'
import { type ConfigNode, plainOf } from './config-node.ts'
import { keysOf, ONCE, takesAnyKey } from './schema-shape.ts'

/**
 * What a schema objects to in the keys that are there, each by itself: nothing about missing ones and nothing about how they fit together,
 * since another layer may supply the rest.
 */
export function partialIssues(schema: z.core.$ZodType, node: ConfigNode): readonly z.core.$ZodIssue[] {
  return issuesAt(schema, node, [])
}

function issuesAt(
  schema: z.core.$ZodType,
  node: ConfigNode,
  path: readonly PropertyKey[],
): readonly z.core.$ZodIssue[] {
  const known = keysOf(schema)
  if (node.kind !== 'map' || known === null) return node.kind === 'broken' ? [] : issuesOfWhole(schema, node, path)
  const issues: z.core.$ZodIssue[] = []
  for (const [key, entry] of node.entries) {
    const child = Object.hasOwn(known, key) ? known[key] : undefined
    if (child !== undefined) issues.push(...issuesAt(child, entry.node, [...path, key]))
    else if (!takesAnyKey(schema))
      issues.push({ code: 'unrecognized_keys', keys: [key], path: [...path], message: 'unknown key' })
  }
  return issues
}

function issuesOfWhole(
  schema: z.core.$ZodType,
  node: ConfigNode,
  path: readonly PropertyKey[],
): readonly z.core.$ZodIssue[] {
  const parsed = z.core.safeParse(schema, plainOf(node), ONCE)
  return parsed.success ? [] : parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
}
