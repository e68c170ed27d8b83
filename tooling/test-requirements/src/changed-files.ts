import { execFileSync } from 'node:child_process'

/** What was compared with what. */
export interface Changes {
  /** In words, for whoever reads the result. */
  readonly comparedWith: string
  /** Relative to the root, with `/`; files that are gone are not among them. */
  readonly files: readonly string[]
}

/** The base cannot be found, or there is no repository. */
export class NoBase extends Error {
  override readonly name = 'NoBase'
}

const MAIN_BRANCHES = ['main', 'origin/main'] as const

/**
 * What differs from a base: committed, not yet committed, and not yet known to git.
 *
 * @param base - a commit or branch, of which the merge base counts; left out: the main branch, and on it the commit before
 * @throws NoBase
 */
export function changesSince(root: string, base?: string): Changes {
  const { commit, named } = base === undefined ? usualBase(root) : mergeBase(root, base)
  const listed = (words: readonly string[]): readonly string[] =>
    git(root, words)
      .split('\0')
      .filter((path) => path !== '')
  const changed = listed(['diff', '--name-only', '-z', '--diff-filter=d', commit, '--'])
  const unknown = listed(['ls-files', '--others', '--exclude-standard', '-z'])
  return { comparedWith: named, files: [...new Set([...changed, ...unknown])].toSorted() }
}

interface Base {
  readonly commit: string
  readonly named: string
}

function usualBase(root: string): Base {
  const head = git(root, ['rev-parse', 'HEAD']).trim()
  for (const branch of MAIN_BRANCHES) {
    const found = tryMergeBase(root, branch)
    if (found !== null && found.commit !== head) return found
  }
  try {
    const commit = git(root, ['rev-parse', '--verify', '--quiet', 'HEAD~1']).trim()
    return { commit, named: `the commit before, ${short(commit)}` }
  } catch {
    throw new NoBase('this is the first commit; name a base with --base, or look at everything with --all')
  }
}

function mergeBase(root: string, base: string): Base {
  const found = tryMergeBase(root, base)
  if (found === null) throw new NoBase(`git knows no common commit with "${base}"`)
  return found
}

function tryMergeBase(root: string, branch: string): Base | null {
  try {
    const commit = git(root, ['merge-base', '--end-of-options', branch, 'HEAD']).trim()
    return { commit, named: `${branch}, since ${short(commit)}` }
  } catch {
    return null
  }
}

function short(commit: string): string {
  return commit.slice(0, 10)
}

function git(root: string, words: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
