import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { z } from 'zod'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { LOCKFILE, type LockedPackage, readLockedPackages } from './locked-packages.ts'

export const BILL_FILE = 'sbom.cdx.json'

/** Writes the bill of materials, and checks it against CycloneDX's own schema and the lockfile. */
export const billOfMaterialsCheck: Check = {
  id: 'bill-of-materials',
  title: 'A bill of materials (CycloneDX) names every locked library',
  from: 'standard',
  limitMs: 60_000,
  async run({ subject: { repository }, reportDirectory, scratch }) {
    const packages = readLockedPackages(repository)
    const text = billOfMaterials(packages, versionOf(repository))
    const folder = reportDirectory ?? scratch
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, BILL_FILE), text)
    const shipped = packages.filter(({ isShipped }) => isShipped).length
    const written = reportDirectory === null ? 'It is written with --report.' : `It is ${path.join(folder, BILL_FILE)}.`
    const evidence = `${packages.length} libraries, ${shipped} of them in the programs, in CycloneDX 1.6. ${written}`
    return answer(evidence, await billFindings(text, packages))
  },
}

function versionOf(repository: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}

const Bill = z.object({ components: z.array(z.looseObject({ 'bom-ref': z.string() })) })

/** What is wrong with a bill, by the schema of CycloneDX and by what is locked. */
export async function billFindings(text: string, packages: readonly LockedPackage[]): Promise<readonly Finding[]> {
  const refused = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)
  if (refused !== null)
    return [
      { severity: 'error', place: BILL_FILE, what: `CycloneDX refuses it: ${JSON.stringify(refused)}`, remedy: REPORT },
    ]
  const { components } = Bill.parse(JSON.parse(text))
  const missing = packages.length - components.length
  if (missing === 0) return []
  const what = `${missing} of the ${packages.length} libraries of ${LOCKFILE} are missing`
  return [{ severity: 'error', place: BILL_FILE, what, remedy: REPORT }]
}

const REPORT = 'Report it: without a bill nobody can say later which version was running.'
