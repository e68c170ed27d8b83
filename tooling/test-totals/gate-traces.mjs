// What a gate leaves behind: one JSON report per test task (turbo restores it for a cached task) and turbo's summary of the run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'

/** Every `reports/<task>.json` of every package below `root`. */
export function reportFiles(root) {
  const packages = ['packages', 'apps', 'tooling'].flatMap((group) => folders(join(root, group)))
  return [...packages, join(root, 'tests-e2e')].flatMap((folder) => {
    const reports = join(folder, 'reports')
    if (!existsSync(reports)) return []
    return readdirSync(reports)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(reports, name))
  })
}

/** The reports with the task that each belongs to, as `packages/rules unit`. */
export function readReports(root) {
  return reportFiles(root).map((path) => {
    const folder = relative(root, join(path, '../..')).split(sep).join('/')
    return { task: `${folder} ${basename(path, '.json')}`, report: JSON.parse(readFileSync(path, 'utf8')) }
  })
}

/** Where turbo writes its summaries when `TURBO_RUN_SUMMARY` asks for them. */
export function summaryFolder(root) {
  return join(root, '.turbo/runs')
}

/** The tasks that ended with another exit code than 0, named like those of the reports; root tasks have an empty folder. */
export function readFailedTasks(root) {
  const folder = summaryFolder(root)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).tasks)
    .filter((task) => task.execution !== undefined && task.execution.exitCode !== 0)
    .map((task) => `${task.directory} ${task.task}`)
}

function folders(group) {
  if (!existsSync(group)) return []
  return readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name))
}
