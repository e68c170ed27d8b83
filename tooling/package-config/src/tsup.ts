import type { Options } from 'tsup'

const shared: Options = {
  format: ['esm'],
  platform: 'node',
  target: 'node26',
  dts: false, // tsc writes the declarations
  clean: true,
  sourcemap: true,
}

/** A library keeps its imports as they are; `faces` are its public files below `src`. */
export function libraryBuild(...faces: readonly string[]): Options {
  return { ...shared, entry: faces.map((face) => `src/${face}.ts`) }
}

/**
 * A program carries the workspace packages and their dependencies in one bundle, built from source.
 *
 * @param external - packages that cannot be bundled: native addons, worker threads, hidden `require`s
 */
export function programBuild(external: readonly string[]): Options {
  return {
    ...shared,
    entry: ['src/main.ts'],
    // tsup prefers noExternal where both match, so what stays outside must not match here.
    noExternal: [new RegExp(`^(?!node:|(?:${external.join('|')})(?:/|$))`)],
    external: [...external],
    // Bundled CommonJS code calls `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire as rmCreateRequire } from 'node:module'; const require = rmCreateRequire(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.conditions = ['@rm/source']
      // Names stay, so that a stack trace can be read; less text is read faster at every start.
      options.minifySyntax = true
      options.minifyWhitespace = true
      options.lineLimit = 160
    },
  }
}

/**
 * Leaves out of axios what our own adapter replaces: its adapters, whose import alone loads Node's own undici, and form data with its
 * table of media types. Together they take a fifth of the daemon's start.
 */
export const leanAxios: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'lean-axios',
  setup(build) {
    const absent = { path: 'absent', namespace: 'absent' }
    build.onResolve({ filter: /^\.\/(http|xhr|fetch)\.js$/ }, ({ importer }) =>
      /axios[\\/]lib[\\/]adapters[\\/]adapters\.js$/.test(importer) ? absent : null,
    )
    build.onResolve({ filter: /^form-data$/ }, () => absent)
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: 'export default null; export const getFetch = () => null',
    }))
  },
}
