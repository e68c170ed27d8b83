import { AccountId, type Usd } from '@rm/domain'
import { z } from 'zod'
import { type ConfigNode, isBroken, type MapNode, mapAt, nodeAt, placeOf, placeOfKey, plainOf } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { describe, explainIssues, type RenamedKeys } from './explain-issues.ts'
import { type AccountType, PLAN_SIZES, type PlanSize } from './firm-plans.ts'
import { ONCE } from './schema-shape.ts'
import { masked, Secret } from './secret.ts'
import { choice, flag, money, readBy, text } from './setting-types.ts'

/** The firm's plan, as far as limits are checked against it. */
export interface AccountPlan {
  readonly size: PlanSize
  readonly stage: AccountType | null
  readonly startingBalance: Usd | null
}

/** One entry of `accounts.yaml`. */
export interface AccountEntry {
  /** The gateway's number, or the name by which it is looked up at boot. */
  readonly id: AccountId | string
  readonly name: string
  readonly description: string | null
  readonly type: AccountType
  readonly enabled: boolean
  readonly plan: AccountPlan | null
}

export interface Credentials {
  readonly userName: string
  readonly apiKey: Secret
}

/** The parts of an account's entry that belong to the risk layers. They are there even if the rest of the entry is wrong. */
export interface AccountLayers {
  /** As people know the account: its name, or its place in the list. */
  readonly label: string
  /** Key path of the entry. */
  readonly path: readonly PropertyKey[]
  readonly entryNode: MapNode
  readonly profile: string | null
  readonly riskConfigFile: string | null
  readonly overrides: MapNode | null
  /** `null` when the entry is refused. */
  readonly entry: AccountEntry | null
}

export interface AccountsFile {
  /** `null` when they are refused. */
  readonly credentials: Credentials | null
  readonly accounts: readonly AccountLayers[]
}

const Id = readBy<AccountId | string>((value) => {
  const number = AccountId.safeParse(value)
  if (number.success) return { value: number.data }
  // A quoted number is the number: nobody names an account so.
  if (typeof value === 'string' && /^\d+$/.test(value)) return readNumber(value)
  if (typeof value === 'string' && value !== '') return { value }
  return ID
}).meta({
  title: 'a number, or the exact name',
  type: ['integer', 'string'],
  minimum: 1,
  minLength: 1,
  examples: ['PRAC-V2-100200-30040050', 7001001],
})

const ID = {
  expected: "the gateway's account number, or the exact name of the account",
  why: 'the account is found by it at the gateway',
  fix: 'write the number, or the name as the platform shows it',
}

function readNumber(digits: string): { readonly value: AccountId } | typeof ID {
  const number = AccountId.safeParse(Number(digits))
  return number.success ? { value: number.data } : ID
}

const TYPE_WHY = 'rules and plans differ between the programmes of the firm'

const Type = readBy<AccountType>((value) => {
  if (value === 'live')
    return {
      expected: '`practice`, `combine` or `express`',
      why: 'the gateway refuses closes and cancels on live accounts, so nothing could be enforced',
      fix: 'remove the account; it cannot be protected by this program',
    }
  const type = choice(['practice', 'combine', 'express'], TYPE_WHY).safeParse(value)
  if (type.success) return { value: type.data }
  return {
    expected: '`practice`, `combine` or `express`',
    why: TYPE_WHY,
    fix: typeof value === 'string' ? `write \`${typeMeantBy(value)}\`` : 'write one of them',
  }
}).meta({ type: 'string', enum: ['practice', 'combine', 'express'] })

function typeMeantBy(written: string): AccountType {
  const lower = written.toLowerCase()
  if (lower.startsWith('exp') || lower.includes('fund')) return 'express'
  return lower.startsWith('comb') || lower.includes('eval') ? 'combine' : 'practice'
}

const Plan = z.strictObject({
  size: choice(PLAN_SIZES, "the firm's limits depend on it").describe(
    "Size of the firm's plan: limits are checked against it.",
  ),
  stage: choice(['practice', 'combine', 'express'], TYPE_WHY)
    .optional()
    .describe(
      'Programme of the plan, if it is not the one of `account_type`: the lint compares limits with its figures.',
    ),
  starting_balance: money('an amount of zero or more', (amount) => amount >= 0, 'the plan starts with it')
    .optional()
    .describe(
      "Balance that the account begins with, in dollars: limits are compared with what it leaves to the firm's floor.",
    )
    .meta({ minimum: 0, examples: [50_000] }),
})

const accountType = Type.describe(
  'Programme of the firm. Live accounts are refused: the gateway does not let a program close there.',
)
const remark = text('a text', 'it is a remark for people').optional().describe('A remark for people.')
const firmPlan = Plan.optional().describe("The firm's plan.")

const configPath = text('a file inside the configuration folder', 'the settings of the account are read from it')

const layerKeys = {
  profile: configPath
    .optional()
    .describe('Name in `profiles/`; takes the place of the one that risk_config.yaml names.'),
  risk_config_file: configPath.optional().describe('A partial risk file, laid over risk_config.yaml.'),
  // Examined as a layer of the risk file.
  config_overrides: z
    .unknown()
    .optional()
    .describe('A partial risk file, laid over everything. An empty value takes what lies below.'),
}

/** One entry of `accounts` (risk rules, 4.6). */
export const EntrySchema = z.strictObject({
  id: Id.describe(
    "The gateway's number of the account, or its exact name; has to match exactly one account of the login.",
  ),
  name: text('a name', 'people know the account by it').describe('How people know the account.'),
  description: remark,
  account_type: accountType,
  enabled: flag('the account is watched or not')
    .default(true)
    .describe('Whether the account is watched; at least one is.'),
  plan: firmPlan,
  ...layerKeys,
})

const ENTRY_RENAMED_KEYS: RenamedKeys = {
  account_id: 'id',
  account_name: 'name',
  type: 'account_type',
  custom_config: 'risk_config_file',
  risk_config: 'risk_config_file',
  overrides: 'config_overrides',
}

/** The single account of older files, which had no list. */
export const MonitoredAccountSchema = z.strictObject({
  account_id: Id.describe("The gateway's number of the account, or its exact name."),
  name: text('a name', 'people know the account by it').optional().describe('How people know the account.'),
  description: remark,
  account_type: accountType,
  plan: firmPlan,
  ...layerKeys,
})

const RootSchema = z.strictObject({
  topstepx: z.strictObject({ username: z.unknown().optional(), api_key: z.unknown().optional() }).optional(),
  accounts: z.unknown().optional(),
  monitored_account: z.unknown().optional(),
})

const ROOT_RENAMED_KEYS: RenamedKeys = {
  'topstepx.user_name': 'username',
  'topstepx.apikey': 'api_key',
  'topstepx.client_id': 'nothing: the gateway knows user name and key only',
  'topstepx.account_id': 'accounts[].id',
}

/** Reads `accounts.yaml`. Every entry is examined on its own, so that one mistake hides no other. */
export function readAccountsFile(tree: MapNode, report: Report): AccountsFile {
  const parsed = RootSchema.safeParse(plainOf(tree), ONCE)
  if (!parsed.success)
    explainIssues(
      parsed.error.issues,
      { root: tree, path: [], schema: RootSchema, renamedKeys: ROOT_RENAMED_KEYS },
      report,
    )
  const accounts = readAccounts(tree, report)
  checkUnique(accounts, tree, report)
  return { credentials: readCredentials(tree, report), accounts }
}

function readAccounts(tree: MapNode, report: Report): readonly AccountLayers[] {
  const list = nodeAt(tree, ['accounts'])
  const single = nodeAt(tree, ['monitored_account'])
  if (single !== null) {
    if (list === null) {
      report.warning(placeOfKey(tree, ['monitored_account']), 'monitored_account', {
        expected: 'a list under accounts',
        got: 'the older form for one account',
        why: 'it is still understood, but it cannot hold a second account',
        fix: 'move the entry under `accounts:`, with `id` and `name`',
      })
      return [readMonitored(single, tree, report)].filter((account) => account !== null)
    }
    report.error(placeOfKey(tree, ['monitored_account']), 'monitored_account', {
      expected: 'either accounts or monitored_account',
      got: 'both',
      why: 'it is unclear which accounts are to be watched',
      fix: 'move the account into the list under `accounts:`',
    })
  }
  if (list?.kind === 'list' && list.items.length > 0) return readList(list.items, tree, report)
  if (!isBroken(tree, ['accounts']))
    report.error(placeOf(tree, ['accounts']), 'accounts', {
      expected: 'a list with at least one account',
      got: list === null ? 'nothing' : describe(list, ['accounts']),
      why: 'without an account there is nothing to protect',
      fix: 'add `- id: …`, `name: …` and `account_type: …` under `accounts:`',
    })
  return []
}

function readList(items: readonly ConfigNode[], tree: MapNode, report: Report): readonly AccountLayers[] {
  const accounts: AccountLayers[] = []
  for (const [index, node] of items.entries()) {
    const path = ['accounts', index]
    if (!isEntry(node, path, report)) continue
    const parsed = EntrySchema.safeParse(plainOf(node), ONCE)
    if (!parsed.success)
      explainIssues(
        parsed.error.issues,
        { root: tree, path, schema: EntrySchema, renamedKeys: ENTRY_RENAMED_KEYS },
        report,
      )
    const entry = parsed.success ? entryOf(parsed.data) : null
    accounts.push(layersOf(node, path, entry, report))
  }
  if (accounts.length > 0 && accounts.every((account) => account.entry?.enabled === false))
    report.error(placeOf(tree, ['accounts']), 'accounts', {
      expected: 'at least one account with enabled: true',
      got: 'only accounts that are turned off',
      why: 'without an account there is nothing to protect',
      fix: 'enable the account that shall be watched',
    })
  return accounts
}

function readMonitored(node: ConfigNode, tree: MapNode, report: Report): AccountLayers | null {
  const path = ['monitored_account']
  if (!isEntry(node, path, report)) return null
  const parsed = MonitoredAccountSchema.safeParse(plainOf(node), ONCE)
  if (!parsed.success) explainIssues(parsed.error.issues, { root: tree, path, schema: MonitoredAccountSchema }, report)
  if (!parsed.success) return layersOf(node, path, null, report)
  const { account_id: id, name = String(id), ...rest } = parsed.data
  return layersOf(node, path, entryOf({ ...rest, id, name, enabled: true }), report)
}

function isEntry(node: ConfigNode, path: readonly PropertyKey[], report: Report): node is MapNode {
  if (node.kind === 'map') return true
  if (node.kind !== 'broken')
    report.error(node.at, keyPathOf(path), {
      expected: 'an account with id, name and account_type',
      got: describe(node, path),
      why: 'a number or a name alone does not say what kind of account it is',
      fix: 'write `- id: …`, `name: …` and `account_type: …`',
    })
  return false
}

function entryOf(entry: Omit<z.infer<typeof EntrySchema>, keyof typeof layerKeys>): AccountEntry {
  const { plan } = entry
  return {
    id: entry.id,
    name: entry.name,
    description: entry.description ?? null,
    type: entry.account_type,
    enabled: entry.enabled,
    plan:
      plan === undefined
        ? null
        : { size: plan.size, stage: plan.stage ?? null, startingBalance: plan.starting_balance ?? null },
  }
}

function layersOf(
  node: MapNode,
  path: readonly PropertyKey[],
  entry: AccountEntry | null,
  report: Report,
): AccountLayers {
  const overrides = nodeAt(node, ['config_overrides'])
  const isEmpty =
    overrides === null || overrides.kind === 'broken' || (overrides.kind === 'scalar' && overrides.value === null)
  if (!isEmpty && overrides.kind !== 'map')
    report.error(overrides.at, keyPathOf([...path, 'config_overrides']), {
      expected: 'a map of keys, as in risk_config.yaml',
      got: describe(overrides, []),
      why: 'overrides are a partial risk file',
      fix: 'write `rules:` or `general:` below it',
    })
  return {
    label: entry?.name ?? textAt(node, 'name') ?? keyPathOf(path),
    path,
    entryNode: node,
    profile: textAt(node, 'profile'),
    riskConfigFile: textAt(node, 'risk_config_file'),
    overrides: mapAt(node, ['config_overrides']),
    entry,
  }
}

function textAt(node: MapNode, key: string): string | null {
  const value = nodeAt(node, [key])
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null
}

function checkUnique(accounts: readonly AccountLayers[], tree: MapNode, report: Report): void {
  const complaints = {
    // The id decides which account is meant; the name is for people.
    id: {
      severity: 'error',
      why: 'two sets of rules for one account would contradict each other',
      fix: 'remove one of the two entries',
    },
    name: {
      severity: 'warning',
      why: 'nobody can tell the two accounts apart',
      fix: 'give each account a name of its own',
    },
  } as const
  for (const key of ['id', 'name'] as const) {
    const { severity, why, fix } = complaints[key]
    const first = new Map<string, AccountLayers>()
    for (const account of accounts) {
      if (account.entry === null) continue
      const value = String(account.entry[key])
      const earlier = first.get(value)
      if (earlier === undefined) {
        first.set(value, account)
        continue
      }
      const path = [...account.path, key]
      report.add(severity, placeOf(tree, path), keyPathOf(path), {
        expected: `${key === 'id' ? 'an id' : 'a name'} that no other account has`,
        got: `the ${key} of ${keyPathOf(earlier.path)} (line ${earlier.entryNode.at.line})`,
        why,
        fix,
      })
    }
  }
}

/** Credentials are texts, whatever they look like: an API key of digits is not a number. */
function readCredentials(tree: MapNode, report: Report): Credentials | null {
  const section = nodeAt(tree, ['topstepx'])
  const userName = credentialAt(tree, section, 'username', 'PROJECTX_USERNAME', report)
  const apiKey = credentialAt(tree, section, 'api_key', 'PROJECTX_API_KEY', report)
  return userName === null || apiKey === null ? null : { userName, apiKey: new Secret(apiKey) }
}

function credentialAt(
  tree: MapNode,
  section: ConfigNode | null,
  key: 'username' | 'api_key',
  variable: string,
  report: Report,
): string | null {
  const path = ['topstepx', key]
  if (isBroken(tree, path) || (section !== null && section.kind !== 'map')) return null
  const node = nodeAt(tree, path)
  const expected = `\`\${${variable}}\``
  const place = placeOf(tree, path)
  if (node === null || node.kind !== 'scalar' || node.text === '') {
    report.error(place, keyPathOf(path), {
      expected,
      got: node === null || node.kind === 'scalar' ? 'nothing' : describe(node, path),
      why: 'the gateway asks for user name and API key',
      fix: `write \`${key}: \${${variable}}\` and set ${variable} in the environment or in .env`,
    })
    return null
  }
  if (key === 'username') {
    if (node.origin !== 'variable')
      report.warning(place, keyPathOf(path), {
        expected,
        got: 'a literal text',
        why: 'who the account belongs to need not stand in a file that is shared',
        fix: `write ${expected} and set ${variable} in the environment or in .env`,
      })
    return node.text
  }
  if (node.origin === 'variable') return node.text
  report.error(place, keyPathOf(path), {
    expected,
    got: node.origin === 'default' ? 'a default in the file' : masked(node.text),
    why: 'whoever reads or copies the file could trade the account',
    fix: `write ${expected}, set ${variable} in the environment or in .env, and renew the key if the file was shared`,
  })
  return null
}
