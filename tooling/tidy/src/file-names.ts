import type { Finding, SourceFile } from './source-file.ts'

const saysNothing = /(^|-)(utils?|helpers?|managers?|misc|common|shared)$/

/** Files whose name says nothing, is not kebab-case, or makes a second face of a package. */
export function badFileNames(files: readonly Pick<SourceFile, 'path'>[]): readonly Finding[] {
  return files.flatMap(({ path }) => {
    const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '')
    const findings: Finding[] = []
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) findings.push(`${path}: file names are kebab-case`)
    if (saysNothing.test(stem)) findings.push(`${path}: "${stem}" does not say what is inside`)
    if (stem === 'index' && !/^packages\/[^/]+\/src\/index\.ts$/.test(path)) {
      findings.push(`${path}: a package has one face, src/index.ts`)
    }
    return findings
  })
}
