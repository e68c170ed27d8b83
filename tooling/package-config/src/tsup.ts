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
    },
  }
}
