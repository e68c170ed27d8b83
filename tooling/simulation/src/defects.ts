/** A replacement in a source of the product. Its text has to stand there exactly once, or the build of the defect fails. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Defect {
  readonly name: string
  /** What somebody would have got wrong. */
  readonly tells: string
  readonly edits: readonly Edit[]
  /** A seed that finds it within seconds, for the gate. By command any seeds are played. */
  readonly seed: number
}

const answer = 'packages/engine/src/take-answer.ts'
const plan = 'packages/engine/src/plan-commands.ts'

/** Mistakes that ancestors of this program made, or that a successor could make: each is planted in the real code and has to be found. */
export const DEFECTS: readonly Defect[] = [
  {
    name: 'dedup-by-time-window',
    tells: 'a trade is known again for ten seconds only; later it counts twice',
    edits: [
      {
        file: 'packages/state/src/book/trades.ts',
        find: 'const known = knownVersion(ledger, reported)\n',
        replace: 'const known = now - reported.trade.at < 10_000 ? knownVersion(ledger, reported) : undefined\n',
      },
    ],
    seed: 1,
  },
  {
    name: 'reply-taken-as-proof',
    tells: 'a goal is reached when the gateway says yes',
    edits: [
      {
        file: answer,
        find: "    case 'accepted':\n    case 'unknown':\n",
        replace: `    case 'accepted':
      replaceInFlight(draft, answered)
      settle(draft, answered, 'effective', 'answer')
      for (const goal of draft.state.goals) {
        if (goal.id === answered.record.goalId) draft.keepGoal({ ...goal, state: 'reached', endedAt: draft.now })
      }
      draft.change({ goals: draft.state.goals.filter((goal) => goal.id !== answered.record.goalId) })
      return
    case 'unknown':
`,
      },
    ],
    seed: 1,
  },
  {
    name: 'lockout-after-flatten',
    tells: 'the account is flattened first and locked afterwards',
    edits: [
      {
        file: 'packages/engine/src/judge.ts',
        find: 'if (finding.lockout !== null) setLockout(draft, finding.lockout, breach, breach.message)',
        replace:
          'if (finding.lockout !== null && exposureOf(draft.state.book).sizes.size === 0) setLockout(draft, finding.lockout, breach, breach.message)',
      },
    ],
    seed: 1,
  },
  {
    name: 'unlock-by-wall-clock',
    tells: 'the clock of the machine says when a lockout is over',
    edits: [
      {
        file: 'packages/sdk-bridge/src/gateway-clock.ts',
        find: 'const estimate = this.#offset === null ? this.#wallClock() : this.#offset + this.#monotonic()',
        replace: 'const estimate = this.#wallClock()',
      },
      {
        file: 'packages/sdk-bridge/src/gateway-clock.ts',
        find: 'const trusted = this.#isTrustedNow()',
        replace: 'const trusted = this.#isTrustedNow() || true',
      },
    ],
    seed: 53,
  },
  {
    name: 'absent-list-is-empty',
    tells: 'a reply without its list is read as: nothing there',
    edits: [
      {
        file: 'packages/sdk-bridge/src/rest/account-reads.ts',
        find: 'if (list === null || list === undefined) throw new RmError(',
        replace: 'if (list === null || list === undefined) return []\n  if (list.length < 0) throw new RmError(',
      },
    ],
    seed: 30_001,
  },
  {
    name: 'partial-close-from-stale-size',
    tells: 'a reduction is repeated from the size that was known before it',
    edits: [
      {
        file: plan,
        find: 'if (readSinceMs !== null && !isObservedSince(draft.state.book, contractId, readSinceMs)) return\n',
        replace: 'if (readSinceMs !== null && readSinceMs < 0) return\n',
      },
      {
        file: plan,
        find: 'if (!isObservedSince(draft.state.book, contractId, history.settledMs)) {',
        replace: 'if (history.settledMs === Number.POSITIVE_INFINITY) {',
      },
      {
        file: answer,
        find: "else if (outcome.kind === 'unknown') holdForReading(draft, answered)",
        replace: "else if (outcome.kind === 'unknown') dropInFlight(draft, answered)",
      },
    ],
    seed: 1,
  },
  {
    name: 'two-closes-under-way',
    tells: 'a second close leaves before the first one is answered',
    edits: [
      {
        file: plan,
        find: 'if (draft.state.inFlight.some((one) => isPositionCommand(one) && one.record.command.contractId === contractId)) return\n',
        replace: 'if (draft.state.inFlight.filter((one) => isPositionCommand(one)).length > 8) return\n',
      },
    ],
    seed: 1,
  },
  {
    name: 'request-before-intent',
    tells: 'requests leave before what they are for is durable',
    edits: [
      {
        file: 'packages/engine/src/account-runtime.ts',
        find: 'this.#journal.write({ record: turn.record, urgency, after: (failure) => this.#carryOut(turn, failure) })',
        replace:
          'this.#carryOut(turn, null)\n      this.#journal.write({ record: turn.record, urgency, after: () => undefined })',
      },
    ],
    seed: 1,
  },
  {
    name: 'one-empty-reading',
    tells: 'one empty reading is believed',
    edits: [
      {
        file: 'packages/engine/src/verify-goals.ts',
        find: 'if (first === undefined) {\n    draft.change({ cleanSince',
        replace:
          'if (first === undefined) {\n    endGoal(draft, pursued)\n  } else if (first < 0) {\n    draft.change({ cleanSince',
      },
    ],
    seed: 1,
  },
  {
    name: 'gap-without-doubt',
    tells: 'a stream that is back is trusted without a reading',
    edits: [
      {
        file: 'packages/engine/src/observe.ts',
        find: 'doubt(draft, { userStreamUp: true })',
        replace: 'draft.change({ trust: { ...draft.state.trust, userStreamUp: true } })',
      },
      {
        file: 'packages/engine/src/observe.ts',
        find: 'doubt(draft, { userStreamUp: false })',
        replace: 'draft.change({ trust: { ...draft.state.trust, userStreamUp: false } })',
      },
    ],
    seed: 1,
  },
]
