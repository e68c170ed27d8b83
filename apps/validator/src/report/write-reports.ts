import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { htmlReport } from './html/html-report.ts'
import { junitReport } from './junit-report.ts'
import type { ReportDiff } from './report-diff.ts'
import type { ValidationReport } from './validation-report.ts'

/** The file that the next run compares itself with. */
export const REPORT_FILE = 'report.json'

/**
 * Writes the report for programs, for people and for CI into a folder, which is made when it is missing.
 *
 * @param diff - what changed since an earlier run; `null`: there is none to compare with
 */
export function writeReports(directory: string, report: ValidationReport, diff: ReportDiff | null): void {
  mkdirSync(directory, { recursive: true })
  const write = (name: string, text: string): void => replaceFile(path.join(directory, name), text)
  write('report.html', htmlReport(report, diff))
  write('junit.xml', junitReport(report))
  if (diff !== null) write('report-diff.json', jsonText(diff))
  // The last: whoever finds it finds the others of the same run.
  write(REPORT_FILE, jsonText(report))
}

/** JSON as it is written and printed. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Readers see the old file or the new one, never half of it. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
