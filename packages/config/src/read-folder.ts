import { type AccountLayers, type AccountsFile, readAccountsFile } from './accounts-file.ts'
import { type ApiSettings, readApiFile } from './api-file.ts'
import { ConfigFolder, type FolderOptions } from './config-folder.ts'
import { emptyMap, type MapNode, placeOf } from './config-node.ts'
import { type CheckedAccount, checkAccount, checkHolidayYears, type TimersSource } from './cross-checks.ts'
import { type Complaint, keyPathOf, Report } from './diagnostic.ts'
import { type Layer, RiskLayers } from './risk-layers.ts'
import type { RiskSettings } from './risk-settings.ts'
import { readTimersFile } from './timers-file.ts'

export interface LoadOptions extends FolderOptions {
  /** The local date, for which holidays must be known. */
  readonly today: Temporal.PlainDate
}

const RISK_FILE = 'risk_config.yaml'
const TIMERS_FILE = 'timers_config.yaml'
const ACCOUNTS_FILE = 'accounts.yaml'
const API_FILE = 'api_config.yaml'
const LOGGING_FILE = 'logging.yaml'

/** Everything that was read of a folder, also when it is refused; every value still knows where it was written. */
export interface FolderReading {
  readonly report: Report
  readonly folder: ConfigFolder
  readonly api: ApiSource | null
  readonly accounts: AccountsFile | null
  /** `accounts.yaml` as it was written. */
  readonly accountsTree: MapNode | null
  readonly timers: TimersSource | null
  readonly checked: readonly CheckedAccount[]
  /** What holds for an account without layers of its own. */
  readonly base: RiskSettings | null
}

/** The gateway's file, read and as it was written. */
interface ApiSource {
  readonly settings: ApiSettings
  readonly tree: MapNode
}

/** Reads and checks the configuration folder (risk rules, section 4). Every problem of every file is found at once; no content throws. */
export function readFolder(options: LoadOptions): FolderReading {
  const report = new Report()
  const folder = new ConfigFolder(options, report)
  if (!folder.exists()) {
    report.error(folder.placeIn('', 'folder'), '', NO_FOLDER)
    return { report, folder, api: null, accounts: null, accountsTree: null, timers: null, checked: [], base: null }
  }
  const api = readApi(folder, report)
  const accountsTree = requiredFile(folder, ACCOUNTS_FILE, report)
  const accounts = accountsTree === null ? null : readAccountsFile(accountsTree, report)
  const timers = readTimers(folder, report)
  const layers = new RiskLayers(
    folder,
    requiredFile(folder, RISK_FILE, report) ?? 'unusable',
    loggingLayer(folder),
    report,
  )
  const environment = api?.settings.environment ?? 'production'
  folder.reportExposures(environment)

  const checked = (accounts?.accounts ?? []).flatMap((account) => readAccount(account, layers))
  if (accounts === null || accounts.accounts.length === 0) layers.examineBase()
  const base = layers.base()
  checkAnchorBearer(base, folder, report)
  for (const account of checked) checkAccount(account, base, timers, report)
  if (timers !== null && environment !== 'simulator') checkHolidayYears(timers, checked, options.today, report)
  return { report, folder, api, accounts, accountsTree, timers, checked, base }
}

/** A token that is missing would be noticed by nobody before an anchor is needed. */
function checkAnchorBearer(base: FolderReading['base'], folder: ConfigFolder, report: Report): void {
  const name = base?.general?.audit.anchorBearerFrom ?? null
  if (base === null || name === null || folder.variable(name) !== null) return
  const path = ['general', 'audit', 'anchor_bearer_from']
  report.error(placeOf(base.tree, path), keyPathOf(path), {
    expected: 'the name of a variable that is set',
    got: `\`${name}\`, which is unset or empty`,
    why: 'the address of the anchors asks who posts',
    fix: `set ${name} where the other credentials are, or remove the key`,
  })
}

function readApi(folder: ConfigFolder, report: Report): ApiSource | null {
  const content = folder.read(API_FILE, API_FILE)
  if (content.kind === 'unusable') return null
  const tree = content.kind === 'read' ? content.tree : emptyMap(folder.placeIn(API_FILE, API_FILE))
  const settings = readApiFile(tree, report)
  return settings === null ? null : { settings, tree }
}

function readTimers(folder: ConfigFolder, report: Report): TimersSource | null {
  const tree = requiredFile(folder, TIMERS_FILE, report)
  const settings = tree === null ? null : readTimersFile(tree, report)
  return tree === null || settings === null ? null : { settings, tree }
}

function readAccount(layers: AccountLayers, riskLayers: RiskLayers): readonly CheckedAccount[] {
  const risk = riskLayers.of(layers)
  return risk.settings === null ? [] : [{ layers, risk, settings: risk.settings }]
}

/** `logging.yaml` is the section `general.logging` as a file of its own. */
function loggingLayer(folder: ConfigFolder): Layer {
  const content = folder.read(LOGGING_FILE, LOGGING_FILE)
  if (content.kind !== 'read') return content.kind === 'absent' ? 'none' : 'unusable'
  const { tree } = content
  return wrapped('general', wrapped('logging', tree))
}

function wrapped(key: string, node: MapNode): MapNode {
  return { kind: 'map', at: node.at, entries: new Map([[key, { keyAt: node.at, node }]]) }
}

function requiredFile(folder: ConfigFolder, name: string, report: Report): MapNode | null {
  const content = folder.read(name, name)
  if (content.kind === 'absent') report.error(folder.placeIn(name, name), '', NO_FILE)
  return content.kind === 'read' ? content.tree : null
}

const NO_FOLDER: Complaint = {
  expected: 'a folder with risk_config.yaml, timers_config.yaml and accounts.yaml',
  got: 'no such folder',
  why: 'the rules and the accounts are read from it',
  fix: 'name the folder with --config, or copy the shipped `config` folder there',
}

const NO_FILE: Complaint = {
  expected: 'the file',
  got: 'nothing',
  why: 'there are no built-in limits and accounts',
  fix: 'copy the shipped file of this name and adapt it',
}
