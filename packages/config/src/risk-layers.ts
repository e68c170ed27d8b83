import type { AccountLayers } from './accounts-file.ts'
import type { ConfigFolder } from './config-folder.ts'
import { isNull, type MapNode, nodeAt, placeOf } from './config-node.ts'
import { keyPathOf, type Place, Report } from './diagnostic.ts'
import { overlay, withoutEmptyValues } from './overlay.ts'
import { examineLayer, type LayerScope } from './risk-layer.ts'
import { readRiskSettings, type RiskSettings } from './risk-settings.ts'

/** The settings of an account and what only it has. */
export interface AccountRisk {
  /** `null` when a layer cannot be read, so that nothing can be said of the whole. */
  readonly settings: RiskSettings | null
  readonly ownLayers: readonly MapNode[]
}

/** A layer that is there, that nobody asked for, or that was asked for and cannot be used (and is reported). */
export type Layer = MapNode | 'none' | 'unusable'

/**
 * The layers of the risk settings (risk rules, 4.1): profile, `risk_config.yaml`, `logging.yaml`, the account's own file, its overrides.
 * An account's profile takes the place of the general one.
 */
export class RiskLayers {
  readonly #folder: ConfigFolder
  readonly #report: Report
  readonly #riskFile: Layer
  readonly #logging: Layer
  readonly #examined = new Set<MapNode>()
  readonly #named = new Map<string, Layer>()
  /** By profile, of accounts without layers of their own. */
  readonly #shared = new Map<Layer, RiskSettings | null>()

  constructor(folder: ConfigFolder, riskFile: Layer, logging: Layer, report: Report) {
    this.#folder = folder
    this.#report = report
    this.#riskFile = riskFile
    this.#logging = logging
    this.#examine(riskFile, 'base')
    this.#examine(logging, 'base')
  }

  /** What holds for an account without layers of its own. Not complete when every account brings what is missing, so nothing is reported. */
  base(): RiskSettings | null {
    const profile = this.#baseProfile()
    return this.#shared.get(profile) ?? settingsOf([profile, this.#riskFile, this.#logging], new Report())
  }

  /** Examines what holds for everybody as if there were an account for it. */
  examineBase(): void {
    this.#merged(this.#baseProfile(), [])
  }

  of(account: AccountLayers): AccountRisk {
    const own = [this.#fileOf(account), this.#overridesOf(account)]
    const profile = this.#profileOf(account)
    return {
      settings: this.#merged(profile, own),
      ownLayers: own.filter((layer) => typeof layer !== 'string'),
    }
  }

  #baseProfile(): Layer {
    if (typeof this.#riskFile === 'string') return 'none'
    const node = nodeAt(this.#riskFile, ['profile'])
    if (node === null || isNull(node)) return 'none'
    if (node.kind === 'broken') return 'unusable'
    const at = placeOf(this.#riskFile, ['profile'])
    if (node.kind === 'scalar' && typeof node.value === 'string')
      return this.#load(profileFile(node.value), 'profile', at, 'profile')
    this.#report.error(at, 'profile', {
      expected: 'the name of a file in profiles/',
      got: 'something else',
      why: 'the settings below this file are read from it',
      fix: 'write for example `topstepx-50k`',
    })
    return 'unusable'
  }

  #profileOf(account: AccountLayers): Layer {
    if (account.profile === null) return this.#baseProfile()
    const at = placeOf(account.entryNode, ['profile'])
    return this.#load(profileFile(account.profile), 'profile', at, keyPathOf([...account.path, 'profile']))
  }

  #fileOf(account: AccountLayers): Layer {
    if (account.riskConfigFile === null) return 'none'
    const at = placeOf(account.entryNode, ['risk_config_file'])
    return this.#load(account.riskConfigFile, 'account', at, keyPathOf([...account.path, 'risk_config_file']))
  }

  #overridesOf(account: AccountLayers): Layer {
    if (account.overrides === null) return 'none'
    const layer = withoutEmptyValues(account.overrides)
    this.#examine(layer, 'account')
    return layer
  }

  #load(written: string, scope: 'profile' | 'account', at: Place, keyPath: string): Layer {
    const key = `${scope}:${written}`
    const layer = this.#named.get(key) ?? this.#read(written, scope, at, keyPath)
    this.#named.set(key, layer)
    return layer
  }

  #read(written: string, scope: 'profile' | 'account', at: Place, keyPath: string): Layer {
    const name = this.#folder.nameInside(written)
    if (name === null) {
      this.#report.error(at, keyPath, {
        expected: 'a file inside the configuration folder',
        got: 'one outside of it',
        why: 'whoever may change that file could change the limits',
        fix: 'move the file into the folder',
      })
      return 'unusable'
    }
    const content = this.#folder.read(name, scope === 'profile' ? 'profile' : 'account file')
    if (content.kind === 'absent')
      this.#report.error(at, keyPath, {
        expected: 'a file that exists',
        got: `no ${name} in the configuration folder`,
        why: 'limits would be missing that were meant to hold',
        fix: 'correct the name, or create the file',
      })
    if (content.kind !== 'read') return 'unusable'
    const layer = scope === 'account' ? withoutEmptyValues(content.tree) : content.tree
    this.#examine(layer, scope)
    return layer
  }

  #examine(layer: Layer, scope: LayerScope): void {
    if (typeof layer === 'string' || this.#examined.has(layer)) return
    this.#examined.add(layer)
    examineLayer(layer, scope, this.#report)
  }

  #merged(profile: Layer, own: readonly Layer[]): RiskSettings | null {
    const layers = [profile, this.#riskFile, this.#logging, ...own]
    if (own.some((layer) => layer !== 'none')) return settingsOf(layers, this.#report)
    const known = this.#shared.get(profile)
    if (known !== undefined) return known
    const settings = settingsOf(layers, this.#report)
    this.#shared.set(profile, settings)
    return settings
  }
}

function settingsOf(layers: readonly Layer[], report: Report): RiskSettings | null {
  let tree: MapNode | null = null
  for (const layer of layers) {
    if (layer === 'unusable') return null
    if (layer !== 'none') tree = overlay(tree, layer)
  }
  return tree === null ? null : readRiskSettings(tree, report)
}

/** `topstepx-50k` is short for `profiles/topstepx-50k.yaml`. */
function profileFile(written: string): string {
  return /[/\\]|\.ya?ml$/.test(written) ? written : `profiles/${written}.yaml`
}
