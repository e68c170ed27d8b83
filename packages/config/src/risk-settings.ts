import { EVALUATION_ORDER, type EnabledRules, type RuleId, rules, type RuleSettings } from '@rm/rules'
import { isBroken, type MapNode, nodeAt, placeOf, plainOf } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { explainIssues } from './explain-issues.ts'
import { GeneralSchema, type GeneralSettings, generalSettingsOf } from './general-settings.ts'
import { sectionOf } from './risk-layer.ts'
import { ONCE } from './schema-shape.ts'

/** What the layers of an account amount to. */
export interface RiskSettings {
  /** The merged layers; every value still knows where it was written. */
  readonly tree: MapNode
  /** `null` when the section is refused. */
  readonly general: GeneralSettings | null
  readonly rules: EnabledRules
  /** Whether everything was accepted. */
  readonly isComplete: boolean
}

type MutableRules = { -readonly [Id in RuleId]?: RuleSettings[Id] }

/** Reads the merged layers; what is missing or does not fit together is reported at the layer that last spoke of it. */
export function readRiskSettings(tree: MapNode, report: Report): RiskSettings {
  const general = readGeneral(tree, report)
  const enabled: MutableRules = {}
  let isComplete = general !== null
  for (const id of EVALUATION_ORDER) isComplete = readRule(id, tree, enabled, report) && isComplete
  return { tree, general, rules: enabled, isComplete }
}

/** Whether a rule is on by its own word or, if it says nothing, by default. `null` when it is nowhere mentioned or what it says is refused. */
function isEnabled(id: string, tree: MapNode, byDefault: boolean): boolean | null {
  if (nodeAt(tree, ['rules', id]) === null) return null
  const node = nodeAt(tree, ['rules', id, 'enabled'])
  if (node === null) return byDefault
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : null
}

function readGeneral(tree: MapNode, report: Report): GeneralSettings | null {
  const section = sectionOf(tree, ['general'])
  if (section === null) return null
  const parsed = GeneralSchema.safeParse(plainOf(section), ONCE)
  if (parsed.success) return generalSettingsOf(parsed.data)
  explainIssues(parsed.error.issues, { root: tree, path: ['general'], schema: GeneralSchema }, report)
  return null
}

/** @returns whether the rule's settings are usable, which those of a rule that is off always are */
function readRule<Id extends RuleId>(id: Id, tree: MapNode, enabled: MutableRules, report: Report): boolean {
  const { code, title, settings, renamedKeys, enabledByDefault } = rules[id]
  const path = ['rules', id]
  if (nodeAt(tree, path) === null) {
    if (enabledByDefault && !isBroken(tree, path))
      report.warning(placeOf(tree, ['rules']), keyPathOf(path), {
        expected: `settings of ${code} (${title})`,
        got: 'nothing: the rule is off',
        why: 'it is on by default, and without settings it protects nothing',
        fix: `add \`${id}:\`, with \`enabled: false\` if it shall be off`,
      })
    return true
  }
  const isOn = isEnabled(id, tree, enabledByDefault)
  if (isOn === null) return false
  if (!isOn) return true
  const block = sectionOf(tree, path)
  if (block === null) return false
  const parsed = settings.safeParse(plainOf(block), ONCE)
  if (parsed.success) {
    enabled[id] = parsed.data
    return true
  }
  explainIssues(parsed.error.issues, { root: tree, path, schema: settings, renamedKeys }, report)
  return false
}
