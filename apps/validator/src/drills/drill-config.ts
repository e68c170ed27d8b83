import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type RuleId, rules } from '@rm/rules'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { DrilledRule } from './drilled-rules.ts'

const Tree = z.record(z.string(), z.unknown())
type Tree = z.infer<typeof Tree>
const Entry = z.looseObject({
  account_type: z.unknown(),
  profile: z.unknown().optional(),
  risk_config_file: z.unknown().optional(),
  config_overrides: Tree.nullish(),
})
type Entry = z.infer<typeof Entry>
const AccountsFile = z.looseObject({ accounts: z.array(Entry).optional(), monitored_account: Entry.optional() })

/** `beside`: the configured accounts stay. `instead`: nothing but the drills is watched. */
export type DrillPlacement = 'beside' | 'instead'

/**
 * Adds an account for each drill to a copy of the configuration: with all layers of the account whose rule it is, and over them nothing but what
 * makes that rule the only one, so that no other acts first.
 */
export function addDrillAccounts(directory: string, drilled: readonly DrilledRule[], placement: DrillPlacement): void {
  const file = path.join(directory, 'accounts.yaml')
  const { monitored_account: single, accounts: list, ...rest } = AccountsFile.parse(parse(readFileSync(file, 'utf8')))
  const configured = list ?? (single === undefined ? [] : [asListed(single)])
  const kept = configured.map((entry) => (placement === 'beside' ? entry : { ...entry, enabled: false }))
  const added = drilled.map((one) => drillEntry(one, configured[one.index]))
  writeFileSync(file, stringify({ ...rest, accounts: [...kept, ...added] }, { aliasDuplicateObjects: false }))
}

/** The older form for one account, as an entry of the list. */
function asListed({ account_id: id, ...single }: Entry): Entry {
  return { name: String(id), ...single, id }
}

function drillEntry(drilled: DrilledRule, entry: Entry | undefined): Tree {
  if (entry === undefined) throw new Error(`accounts.yaml has no account ${drilled.index + 1}`)
  const { account_type, profile, risk_config_file, config_overrides } = entry
  return {
    id: drilled.accountId,
    name: `Drill of ${rules[drilled.rule].code}, ${drilled.accountId}`,
    account_type,
    ...(profile === undefined ? {} : { profile }),
    ...(risk_config_file === undefined ? {} : { risk_config_file }),
    config_overrides: alone(drilled, config_overrides ?? {}),
  }
}

function alone({ rule, alone: settings, enabled }: DrilledRule, overrides: Tree): Tree {
  const own = treeAt(overrides, 'rules')
  const others = Object.keys(enabled).filter((id) => id !== rule)
  const frequency = settings.trade_frequency_limit
  return {
    ...overrides,
    general: {
      ...treeAt(overrides, 'general'),
      allow_unprotected: true,
      on_stale_quotes: 'alert',
      on_unvalued_position: 'alert',
    },
    rules: {
      ...own,
      ...Object.fromEntries(others.map((id) => [id, { ...treeAt(own, id), enabled: false }])),
      [rule]: {
        ...treeAt(own, rule),
        enabled: true,
        mode: 'enforce',
        ...(frequency === undefined ? {} : { limits: frequency.limits }),
      },
    } satisfies Partial<Record<RuleId, Tree>>,
  }
}

function treeAt(tree: Tree, key: string): Tree {
  return Tree.safeParse(tree[key]).data ?? {}
}
