import type { Category } from './categories.ts'
import { packageOf } from './repository.ts'
import type { SourceFacts } from './source-facts.ts'

/** A test and what it reaches of the file in question. */
export interface ReachingTest {
  readonly test: SourceFacts
  /** `process`: in a program that it starts. */
  readonly through: 'import' | 'process'
  /** The test and what it imports from beside it: helpers, stages, harness. */
  readonly testSide: readonly SourceFacts[]
}

/** A test that has to exist for a category. */
export interface RequiredTest {
  readonly title: string
  /** What it does, for whoever has to write it. */
  readonly shows: string
  /** What is looked for among the tests that reach the file. */
  readonly lookFor: (file: SourceFacts, reaching: readonly ReachingTest[]) => Found
  /** Where it would be written. */
  readonly writeTo: (file: SourceFacts) => string
}

/** Tests that show something, and what none of them shows. */
interface Found {
  readonly shownBy: readonly ReachingTest[]
  /** `null`: nothing. */
  readonly missing: string | null
}

type Sees = (file: SourceFacts, reaching: ReachingTest) => boolean

/** One test is enough. */
function any(sees: Sees): RequiredTest['lookFor'] {
  return (file, reaching) => {
    const shownBy = reaching.filter((one) => sees(file, one))
    return { shownBy, missing: shownBy.length === 0 ? 'no test does' : null }
  }
}

/** All of them together have to know every label. */
function everyLabel({ caseLabels }: SourceFacts, reaching: readonly ReachingTest[]): Found {
  const knows = ({ testSide }: ReachingTest, label: string): boolean =>
    testSide.some(({ text }) => mentions(text, label))
  const unknown = caseLabels.filter((label) => !reaching.some((one) => knows(one, label)))
  return {
    shownBy: reaching.filter((one) => caseLabels.some((label) => knows(one, label))),
    missing: unknown.length === 0 ? null : `no test names ${unknown.join(', ')}`,
  }
}

/** The rules, one list for each category. */
export const REQUIRED_TESTS: { readonly [Kind in Category]: readonly RequiredTest[] } = {
  persistence: [
    {
      title: 'direct database test',
      shows: 'writes with it into a real file in a temporary folder, and reads the file itself',
      lookFor: any((file, reaching) =>
        reaching.through === 'import'
          ? reaching.testSide.some(touchesTheDisk)
          : isStoryOf(file, reaching) && readsFiles(reaching),
      ),
      writeTo: beside('.test.ts'),
    },
  ],
  wiring: [
    {
      title: 'wiring test',
      shows: 'starts what is put together here with its real parts, and sees them work',
      lookFor: any((file, reaching) =>
        reaching.through === 'process' ? isOverProcesses(reaching) : !isStart(file) && isOwn(file, reaching),
      ),
      writeTo: (file) => (isStart(file) ? story(file) : beside('.test.ts')(file)),
    },
  ],
  'state machine': [
    {
      title: 'every-state test',
      shows: 'has a case for each label of the switch',
      lookFor: everyLabel,
      writeTo: beside('.test.ts'),
    },
  ],
  'cross-component': [
    {
      title: 'story over processes',
      shows: 'starts the built programs and looks at what the other side saw',
      lookFor: any((_, reaching) => reaching.through === 'process' && isOverProcesses(reaching)),
      writeTo: story,
    },
  ],
  background: [
    {
      title: 'stop test',
      shows: 'ends it, and sees that nothing runs on and nothing is left open',
      lookFor: titled(/\bstop|\bends?\b|ended|leak|dispos|shut|clos(e|es|ed)\b|abort|interrupt|signal|kill/i),
      writeTo: beside('.test.ts'),
    },
  ],
  external: [
    failure('refuses', 'the other side refuses', /refus|reject|denie|\b[45]\d\d\b/i),
    failure(
      'is silent',
      'the other side does not answer',
      /\btime.?out|\bhang|\bsilent|answers? (nothing|never)|never answers|in time|not answer|too long|deadline/i,
    ),
    failure(
      'goes away',
      'the connection is lost or cannot be made',
      /\bcuts?\b|\blost|\blose|clos(e|es|ed|ing)\b|unreachable|be reached|ECONN|\breset\b|\bgone\b|not there|goes away|nobody listens/i,
    ),
    failure(
      'answers nonsense',
      'the answer is no answer',
      /malformed|garbage|nonsense|invalid|unknown|broken|unreadable|does not fit|no JSON|not understood|not what|faulty/i,
    ),
  ],
  configuration: [
    {
      title: 'refused-value test',
      shows: 'gives it a value that must not be, and sees it refused with place and remedy',
      lookFor: any(
        (_, { test, through }) =>
          through === 'import' && /refus|reject|invalid|complain|diagnostic|toThrow/i.test(test.text),
      ),
      writeTo: beside('.test.ts'),
    },
  ],
  API: [
    {
      title: 'authorization test',
      shows: 'calls it as somebody who may not',
      lookFor: titled(/\b40[13]\b|forbid|unauthori|denie|not allowed|may not|administrator|token|\brole/i),
      writeTo: beside('.test.ts'),
    },
    {
      title: 'malformed-input test',
      shows: 'sends it what is no request',
      lookFor: titled(/\b400\b|malformed|garbage|invalid|nonsense|JSON|refus|unreadable/i),
      writeTo: beside('.test.ts'),
    },
  ],
}

/** The way in which the other side fails stands in the name of a test or in its table. */
function failure(way: string, what: string, words: RegExp): RequiredTest {
  return {
    title: `failure test: ${way}`,
    shows: `${what}, and it is seen what is done then`,
    lookFor: titled(words),
    writeTo: beside('.test.ts'),
  }
}

function titled(words: RegExp): RequiredTest['lookFor'] {
  return any(
    (file, reaching) => (isOwn(file, reaching) || isStoryOf(file, reaching)) && words.test(reaching.test.titles),
  )
}

/** A program's first file: importing it would start it. */
function isStart({ path }: SourceFacts): boolean {
  return path.endsWith('/main.ts')
}

function isOwn(file: SourceFacts, { test }: ReachingTest): boolean {
  return packageOf(file.path) === packageOf(test.path)
}

function isOverProcesses({ test: { path } }: ReachingTest): boolean {
  return path.startsWith('tests-e2e/') || /\.(e2e|integration)\.test\.ts$/.test(path)
}

function touchesTheDisk({ imports, calls }: SourceFacts): boolean {
  const opens = ['mkdtempSync', 'mkdtemp', 'new TemporaryFolder'].some((name) => calls.has(name))
  return opens || imports.some(({ specifier }) => specifier === 'better-sqlite3')
}

function readsFiles({ test: { calls } }: ReachingTest): boolean {
  return ['readFileSync', 'readFile', 'readdirSync', 'existsSync', 'new Database'].some((name) => calls.has(name))
}

/** Whether a test starts programs and names what the file is about, by the first word of its name. */
function isStoryOf(file: SourceFacts, reaching: ReachingTest): boolean {
  const [word = ''] = stemOf(file).split('-')
  const { path, text } = reaching.test
  return isOverProcesses(reaching) && new RegExp(`\\b${word}`, 'i').test(`${path}\n${text}`)
}

/** Whether a text has the label as a word of its own; labels are words of the domain, in tables of cases as in strings. */
function mentions(text: string, label: string): boolean {
  return text.includes(`'${label}'`) || text.includes(`"${label}"`) || text.includes(`\`${label}\``)
}

function stemOf({ path }: SourceFacts): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.ts'.length)
}

function beside(ending: string): (file: SourceFacts) => string {
  return (file) => `${packageOf(file.path)}/test/${stemOf(file)}${ending}`
}

function story(file: SourceFacts): string {
  const name = stemOf(file) === 'main' ? packageOf(file.path).split('/').at(-1) : stemOf(file)
  return `tests-e2e/test/${packageOf(file.path).split('/').at(-1)}/${name}.test.ts`
}
