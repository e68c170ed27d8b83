import { build, type Plugin } from 'esbuild'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Defect, Edit } from './defects.ts'

/** A build of the simulation with a defect in the product, in a folder of its own that goes when it is disposed of. */
export interface DefectBuild extends Disposable {
  /** The program, to be started with the arguments of the simulation. */
  readonly program: string
}

/**
 * Builds the simulation from the sources with the edits of a defect. The sources on the disk stay as they are.
 *
 * @throws RangeError when a text to replace does not stand in its file exactly once
 */
export async function buildWithDefect(defect: Defect): Promise<DefectBuild> {
  const here = packageFolder()
  const root = resolve(here, '../..')
  const folder = mkdtempSync(join(tmpdir(), `rm-defect-${defect.name}-`))
  symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const program = join(folder, 'main.mjs')
  try {
    await build({
      entryPoints: [join(here, 'src/main.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node26',
      conditions: ['@rm/source'],
      external: ['better-sqlite3', 'esbuild'],
      banner: {
        js: "import { createRequire as rmCreateRequire } from 'node:module'; const require = rmCreateRequire(import.meta.url);",
      },
      plugins: [planting(root, defect)],
      logLevel: 'silent',
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return { program, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

function planting(root: string, { name, edits }: Defect): Plugin {
  const byFile = Map.groupBy(edits, ({ file }) => join(root, file))
  const planted = new Set<string>()
  return {
    name: 'planting',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const wanted = byFile.get(path)
        if (wanted === undefined) return null
        planted.add(path)
        return { contents: wanted.reduce(replaced, readFileSync(path, 'utf8')), loader: 'ts' }
      })
      bundle.onEnd(() => {
        if (planted.size < byFile.size) throw new RangeError(`the defect ${name} is in a file that nobody loads`)
      })
    },
  }
}

function replaced(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1
  if (places !== 1)
    throw new RangeError(`${file}: expected exactly one place of ${JSON.stringify(find)}, found ${places}`)
  return text.replace(find, () => replace)
}

/** The folder of this package, from its sources or from its bundle. */
function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) throw new RangeError('this program is not in its package')
  }
}
