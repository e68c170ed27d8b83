import { isSetting, type Setting, type SettingSection, settingsOf } from './settings-list.ts'
import { SETTINGS_FILES, type SettingsFile } from './settings-schema.ts'

/** The reference of every setting, as Markdown: `docs/settings.md`. */
export function settingsPage(): string {
  const files = ['risk', 'timers', 'accounts', 'api', 'validation'] as const satisfies readonly SettingsFile[]
  return `${HEAD}\n${files.map(fileChapter).join('\n')}`
}

const HEAD = `# Settings

Every key of every file. This page is printed from the schemas by \`risk-manager config schema --markdown\`; a test holds
it current, so change the schema and not this page. How files, layers and variables work stands in
[Configuration](configuration.md).

**Needed** means that some layer has to write the key, when its rule or its entry is in force. Any value can come from a
variable. \`NAME\` stands for a name of your own, \`[]\` for each entry of a list.
`

function fileChapter(file: SettingsFile): string {
  const entries = settingsOf(file)
  const hasKeys = (group: string): boolean => entries.some((entry) => isSetting(entry) && groupOf(entry) === group)
  const chapters = [...Map.groupBy(entries, groupOf)].flatMap(([group, members]) => {
    if (!hasKeys(group)) return [] // `rules`, whose sections have tables of their own
    const heading = group === '' ? '' : `### \`${group}\`\n\n`
    const meaning = members.find(({ path }) => path === group)?.meaning ?? ''
    const rows = members.filter(({ path }) => path !== group)
    return [`${heading}${meaning === '' ? '' : `${meaning}\n\n`}${table(group, rows)}`]
  })
  return `## \`${SETTINGS_FILES[file]}\`\n\n${chapters.join('\n')}`
}

/** The table in which a key stands: its rule, or the first part of its path. */
function groupOf(entry: Setting | SettingSection): string {
  const { path } = entry
  const [first = '', second = '', third] = path.split('.')
  if (first === 'rules' && (third !== undefined || (second !== '' && !isSetting(entry)))) return `${first}.${second}`
  if (second === '' && isSetting(entry)) return ''
  return first
}

function table(group: string, entries: readonly (Setting | SettingSection)[]): string {
  const rows = entries.map((setting) => {
    const key = group === '' ? setting.path : setting.path.slice(group.length + 1)
    if (!isSetting(setting)) return `| \`${key}\` | ${sectionKind(key)} | | ${cell(setting.meaning)} |`
    return `| \`${key}\` | ${cell(setting.kind)} | ${cell(defaultOf(setting))} | ${cell(setting.meaning)} |`
  })
  return ['| Key | Value | Default | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
}

/** A section is named by the form in which it is written. */
function sectionKind(key: string): string {
  if (key.endsWith('[]')) return 'list of maps'
  return key.endsWith('.NAME') ? 'maps under names' : 'map'
}

function defaultOf(setting: Setting): string {
  if (setting.default === undefined) return setting.isRequired ? '**needed**' : '–'
  return `\`${yamlText(setting.default)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}

/** A value as YAML would write it on one line. */
export function yamlText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, part]) => `${key}: ${yamlText(part)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return String(value)
}
