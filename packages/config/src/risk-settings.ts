import { EVALUATION_ORDER, type EnabledRules, type RuleId, rules, type RuleSettings } from '@rm/rules'
import { isBroken, isGiven, type MapNode, nodeAt, placeOf, placeOfKey, plainOf } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { explainIssues } from './explain-issues.ts'
import { GeneralSchema, type GeneralSettings, generalSettingsOf } from './general-settings.ts'
import { sectionOf } from './risk-layer.ts'
import { ONCE } from './schema-shape.ts'
import { UNBUILT_RULES } from './unbuilt-rules.ts'

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
  for (const id of UNBUILT_RULES.keys()) isComplete = checkUnbuilt(id, tree, report) && isComplete
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

function checkUnbuilt(id: string, tree: MapNode, report: Report): boolean {
  const path = ['rules', id]
  if (nodeAt(tree, path) === null) return true
  const code = UNBUILT_RULES.get(id) ?? ''
  if (isEnabled(id, tree, true) === false) {
    report.warning(placeOfKey(tree, path), keyPathOf(path), {
      expected: 'a rule of this version',
      got: `${code}, turned off`,
      why: 'this version does not have the rule; as it is off, nothing is lost',
      fix: 'remove the block, or keep it for a later version',
    })
    return true
  }
  if (isBroken(tree, path)) return false
  report.error(placeOfKey(tree, path), keyPathOf(path), {
    expected: 'a rule of this version, or `enabled: false`',
    got: isGiven(tree, [...path, 'enabled']) ? `${code}, turned on` : `${code} without \`enabled\`, which means on`,
    why: 'this version cannot enforce the rule, and a limit that is written down must not be ignored silently',
    fix: 'write `enabled: false`, or remove the block',
  })
  return false
}
