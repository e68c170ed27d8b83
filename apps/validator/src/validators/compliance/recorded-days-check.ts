import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readAnchors } from '@rm/state'
import { readCopy } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { copyDatabase } from '../../stored-data/operators-database.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { trailAnswer } from './trail-findings.ts'

/** Follows everything that the operator's own database has recorded. */
export const recordedDaysCheck: Check = {
  id: 'recorded-days',
  title: 'The recorded days are complete, and as they were written',
  from: 'quick',
  limitMs: 120_000,
  async run(context) {
    const { dataDirectory } = context.subject
    if (dataDirectory === null) return { notApplicable: 'No data folder was named (--data), so no day is recorded.' }
    const { file, source } = copyDatabase(dataDirectory, context)
    const kept = anchorsOf(context, dataDirectory)
    const { links, records, findings } = trailAnswer(file, kept.anchors)
    const counted = `${links?.breaches ?? 0} breaches, ${links?.goals ?? 0} goals and ${links?.commands ?? 0} requests`
    const compared = `${kept.anchors.length} heads that were kept elsewhere`
    const evidence = `${source}: ${records} audit records verify, compared with ${compared}; ${counted} were followed.`
    return answer(evidence, [...findings, ...kept.findings])
  },
}

interface KeptAnchors {
  readonly anchors: ReturnType<typeof readAnchors>
  readonly findings: readonly Finding[]
}

/** Without a head kept elsewhere nobody would see a trail that was computed anew. */
function anchorsOf({ subject }: CheckContext, dataDirectory: string): KeptAnchors {
  const named = readCopy(subject.configDirectory, subject.environment).general.audit.anchorFile
  if (named === null) {
    const what = 'no anchor file: a trail that somebody computed anew would verify'
    const remedy = 'Name a file on another machine or medium.'
    return { anchors: [], findings: [{ severity: 'notice', place: 'general.audit.anchor_file', what, remedy }] }
  }
  const file = path.resolve(dataDirectory, named)
  if (existsSync(file)) return { anchors: readAnchors(readFileSync(file, 'utf8')), findings: [] }
  const what = `${file} is not there`
  const remedy = 'Mount its folder; the daemon writes it every minute.'
  return { anchors: [], findings: [{ severity: 'warning', place: 'general.audit.anchor_file', what, remedy }] }
}
