import type { Section, Vector } from './covered-sections.ts'

/*
 * Every section of the rules reference, with the test that plays each of its worked examples. Whoever adds a section, a row or an example
 * there adds it here; whoever renames a test finds out here what it stood for.
 */

const rules = (name: string): string => `packages/rules/test/${name}.test.ts`
const domain = (name: string): string => `packages/domain/test/${name}.test.ts`
const book = (name: string): string => `packages/state/test/book/${name}.test.ts`
const store = (name: string): string => `packages/state/test/store/${name}.test.ts`
const engine = (name: string): string => `packages/engine/test/${name}.test.ts`
const config = (name: string): string => `packages/config/test/${name}.test.ts`
const bridge = (name: string): string => `packages/sdk-bridge/test/${name}.test.ts`
const story = (name: string): string => `tests-e2e/test/${name}.test.ts`

/** Examples that one file tests, as what each is of and its test. */
function inFile(file: string, ...tested: readonly (readonly [of: string, test: string])[]): readonly Vector[] {
  return tested.map(([of, test]) => ({ of, file, test }))
}

const NOT_BUILT = 'is no rule that somebody could believe in: %s is refused'

export const referenceSections: readonly Section[] = [
  // 1. Common ground
  {
    id: '1.1',
    title: 'money, prices and sizes, and what a position is worth',
    vectors: [
      ...inFile(
        domain('unrealized-pnl'),
        ['ES', 'ES'],
        ['MNQ', 'MNQ'],
        ['NQ', 'NQ'],
        ['ES short', 'ES short'],
        ['CL', 'CL short'],
        ['ZN', 'ZN'],
        ['ZF', 'ZF'],
        ['CL negative', 'CL below zero'],
        ['rounded down', 'a loss is rounded away from zero'],
        ['rounded once', 'is rounded once, after the size'],
      ),
      ...inFile(domain('usd'), ['exact from text', '%s is exact'], ['at most four places', '0.00001']),
      ...inFile(domain('ticks'), ['residue on the grid', 'is never a fraction of ticks']),
      ...inFile(bridge('to-domain'), ['a price off the grid is a fault', 'off the grid is a fault']),
      ...inFile(book('quotes'), ['side never seen', 'falls back to the last trade for a side that was never seen']),
      ...inFile(
        book('valuation'),
        ['unknown is no zero', 'without a price to exit at'],
        [
          'unknown, always',
          'a value that lacks anything is unknown, and its last known loss is never more than a loss',
        ],
      ),
    ],
  },
  {
    id: '1.2',
    title: 'the trading day',
    vectors: [
      ...inFile(
        domain('trading-calendar'),
        ['spring, all days', 'the spring change'],
        ['autumn, all days', 'the autumn change'],
        ['Friday over spring', 'Friday over the spring change'],
        ['Friday over autumn', 'Friday over the autumn change'],
        ['16:59:59.999', 'a millisecond before the reset'],
        ['17:00:00.000', 'the reset itself'],
        ['no Saturday reset', 'a Saturday'],
        ['reset before noon', 'a reset in the morning, which opens its own date'],
        ['a time that does not exist', 'a reset in the gap, which happens at the jump'],
        ['a time that comes twice', 'a reset that comes twice, which is the later one'],
      ),
      ...inFile(
        book('trades'),
        ['trade at the reset', 'counts a trade stamped exactly at the reset'],
        ['late trade', 'changes yesterday alone when a trade of yesterday comes late'],
      ),
      ...inFile(config('files'), ['default days', 'time: "05:00"']),
      ...inFile(
        bridge('gateway-clock'),
        ['never backwards', 'never runs backwards: it waits until the truth has caught up'],
        ['machine clock moved', 'goes on with the monotonic clock between samples, whatever the wall clock does'],
        ['simulator', 'is that of its day, in the past or the future, and trusted with the first sample'],
      ),
      ...inFile(bridge('gateway-clock.property'), [
        'now, always',
        'business time never runs backwards and never ahead of the gateway, however the machine’s clock is moved',
      ]),
    ],
  },
  {
    id: '1.3',
    title: 'R, U, U* and W',
    vectors: [
      ...inFile(
        book('trades'),
        ['a set by id', 'counts a trade once that was delivered twice'],
        ['net of costs', 'takes costs off the net alone'],
        ['half-turn', 'counts the costs of an opening half-turn'],
        ['re-sent half-turn', 'ignores an opening half-turn that was sent again under a new id'],
        ['closes alike', 'counts two closes that look alike'],
        ['void', 'reverses a voided trade once'],
      ),
      ...inFile(
        book('positions'),
        ['+600 close, trade first', 'never count the same contracts twice when the trade comes first'],
        ['+600 close, position first', 'never count them twice when the position comes first'],
      ),
      ...inFile(
        book('valuation'),
        ['U known', 'known positions'],
        ['U*, last known loss', 'an unknown loss'],
        ['U*, last known profit', 'an unknown profit'],
        ['W', 'keeps the worst and the best since the last evaluation'],
      ),
      ...inFile(engine('quotes'), [
        'pending quotes first',
        'a quote that waits is judged against the position that was held then',
      ]),
      ...inFile(bridge('to-domain'), ['break-even', 'that closes at break-even has a P&L of zero']),
    ],
  },
  {
    id: '1.4',
    title: 'one turn',
    vectors: [
      ...inFile(
        rules('evaluate'),
        ['all rules', 'lets every enabled rule look, in the order of the log'],
        [
          'a rule that throws',
          'takes a rule that throws for a breach of its own safety, and the other rules still look',
        ],
      ),
      ...inFile(engine('ancestor-defects'), [
        'also while locked',
        'G23: rules go on judging while the account is locked',
      ]),
      ...inFile(engine('worked-examples'), [
        'a breach is an edge',
        'a rule that stays breached is one breach, however long it lasts and whatever else happens',
      ]),
      ...inFile(rules('auth-loss-guard'), ['a stricter tier', 'worsens into a new breach, so that it alerts again']),
      ...inFile(rules('trade-frequency-limit'), [
        'an edge per unit',
        'finds one breach for each new trade beyond the limit',
      ]),
      ...inFile(rules('next-check.property'), [
        'no event needed',
        'no verdict changes by time alone before the next look',
      ]),
    ],
  },
  {
    id: '1.5',
    title: 'goals, strictness and lockouts',
    vectors: [
      ...inFile(rules('arbitrate.property'), [
        'merge',
        'leaves exactly what every single goal leaves, however they are grouped',
      ]),
      ...inFile(
        domain('lockout'),
        ['until', 'until 100 is in force at %d: %s'],
        ['never shorter', 'is only ever extended'],
        ['latest first', 'what lasts longest is shown first, whatever the order in which it came'],
      ),
      ...inFile(engine('settings'), [
        'a later reset',
        'a later reset cuts the days anew, counts no trade twice and postpones the lockout',
      ]),
      ...inFile(engine('six-rules'), [
        'baseline',
        'RULE-006: after too many trades positions may be kept and reduced, entries are cancelled and undone',
      ]),
      ...inFile(
        engine('lockouts.property'),
        ['baseline, always', 'what may be kept under a lockout shrinks with every reduction and never grows'],
        ['only to a later reset', 'a lockout until the reset follows a changed calendar to a later reset only'],
        ['owed, always', 'what a lockout owes is owed until it was reached, although the lockout ends before'],
      ),
      ...inFile(engine('time'), ['owed over the end', 'a close that is still owed outlives it']),
      ...inFile(story('lockout/daily-reset'), [
        'no unlock by configuration',
        'never ends because the configuration no longer has the rule',
      ]),
    ],
  },
  {
    id: '1.6',
    title: 'how an account becomes flat',
    vectors: [
      ...inFile(engine('six-rules'), [
        'one commit, then requests',
        'RULE-003: a loss at the limit locks the account until the reset and makes it flat',
      ]),
      ...inFile(
        engine('enforcement'),
        ['largest loss first', 'several contracts are closed in one turn, the largest loss first'],
        ['protective orders stay', 'protective orders stay until the position is gone'],
        ['two flat reads', 'a flat goal ends on two clean readings at least 500 ms apart, both after the last command'],
        ['a fill in between', 'an order that fills between the cancel and the close is closed too'],
        [
          'market closed',
          'closes are parked, a human is told once, and the goal is carried out within 5 s of the opening',
        ],
        [
          'rejected',
          'the account is rejected: halted, retried every 30 s, and no longer halted once a command is accepted',
        ],
        ['ambiguous', 'a lost request of a close: looked up first, then closed again'],
        ['partial close', 'a reduction whose answer was lost (%s) never reduces twice'],
      ),
      ...inFile(bridge('rest/rate-budget'), ['closes before cancels', 'lets a close go before the cancels that wait']),
    ],
  },
  {
    id: '1.7',
    title: 'order of rules',
    vectors: [
      ...inFile(rules('registry'), ['the order', 'the order of the log is one']),
      ...inFile(rules('arbitrate.property'), ['commutes', 'does not depend on the order of goals or on repetitions']),
    ],
  },
  {
    id: '1.8',
    title: 'rules at a glance',
    vectors: inFile(
      rules('registry'),
      ['on or off', '%s is %s, and on without a word: %s'],
      ['common keys', '%s is on or off by default as the risk rules say, enforces and warns at 80 %%'],
    ).concat(
      inFile(rules('evaluate'), ['shadow', 'keeps the finding of a shadowed rule without its effect']),
      inFile(engine('time'), [
        'warn once a day and level',
        'is told once per trading day and level, over restarts too',
      ]),
    ),
  },

  // 2. The thirteen rules
  {
    id: 'RULE-001',
    title: 'max contracts',
    vectors: [
      ...inFile(
        rules('max-contracts'),
        ['1', 'allows the limit itself'],
        ['2', 'reduces the contract that the event enlarged'],
        ['3 gross', 'counts both sides in gross'],
        ['3 net', 'lets sides offset each other in net'],
        ['4 gross', 'counts both months of a roll in gross'],
        ['4 by product', 'nets the months of a product in net_by_product'],
        ['5', 'caps the new side after a flip'],
        ['6', 'weighs ten micros as one mini'],
        ['7', 'closes the fewest minis that take the excess micro units away'],
        ['weights', 'of the micro %s is a tenth of a mini'],
        ['candidates', 'takes the rest from the next candidate when the enlarged one is not enough'],
        ['dominating side', 'spares the side that offsets in net, although it grew'],
        ['close_all', 'closes everything when told so'],
        ['entries first', 'cancels entries and then reduces when positions alone are too many'],
        ['restart', 'reduces the largest position when no event enlarged one, as after a restart'],
        ['parameters', 'refuses the settings %j at %s'],
      ),
      ...inFile(
        engine('worked-examples'),
        ['partial fills', 'fills of 2, 2 and 2 towards six: the third breaches, and one contract is closed'],
        ['order event lost', 'the position event alone suffices when order events are lost'],
      ),
      ...inFile(engine('enforcement'), [
        'fill during the reduction',
        'a cap with another fill in flight goes on until it is kept, never overshoots and never turns over',
      ]),
    ],
  },
  {
    id: 'RULE-002',
    title: 'max contracts per instrument',
    vectors: inFile(
      rules('max-contracts-per-instrument'),
      ['1', 'closes the excess of a long position'],
      ['2', 'buys back the excess of a short one'],
      ['3', 'counts all months of a product and reduces the newer one'],
      ['4', 'closes a product without a limit'],
      ['5', 'allows a product without a limit so many contracts'],
      ['6', 'does not take MES for ES'],
      ['product by code', 'finds a product by the code of the gateway'],
      ['product by contract', 'takes a contract id for its product'],
      ['limit 0', 'closes a product whose limit is 0'],
      ['exclusive', 'refuses a default limit beside an action for unknown symbols'],
      ['old key', 'knows what the old key of its limits became'],
    ),
  },
  {
    id: 'RULE-003',
    title: 'daily realized loss',
    vectors: [
      ...inFile(
        rules('daily-realized-loss'),
        ['1', 'allows a smaller loss'],
        ['2', 'is breached beyond the limit'],
        ['3 at', 'is breached at the limit exactly'],
        ['3 short', 'allows a ten-thousandth less'],
        ['4', 'adds the open loss'],
        ['5', 'grants nothing for an open profit'],
        ['6 net', 'counts fees and commissions'],
        ['6 gross', 'leaves costs out on the gross basis of the rule'],
        ['cascade with 004', 'locks by the open loss where the position rule would not act yet'],
        ['sign', 'refuses %j and says why and what to write'],
        ['unvalued', 'says what it cannot value, beside what it knows'],
        ['old keys', 'knows what old keys became'],
      ),
      ...inFile(book('trades'), ['7', 'counts a trade once that was delivered twice']),
      ...inFile(
        engine('worked-examples'),
        ['8 before', 'a breach on Tuesday at 14:00 locks until Tuesday 17:00'],
        ['8 at', 'a breach at 17:00 exactly belongs to the new day and locks until Wednesday 17:00'],
        ['REST down', 'while no reading succeeds the lockout stands and what is owed waits'],
      ),
      ...inFile(engine('interactions'), [
        'cascade, both paths',
        'with the open loss included the day is locked before, and both paths end flat and locked',
      ]),
      ...inFile(story('bypass/tricks-of-traders'), [
        'voided after the lock',
        'by having a trade voided after the lockout: the lockout stays',
      ]),
    ],
  },
  {
    id: 'RULE-004',
    title: 'daily unrealized loss',
    vectors: inFile(
      rules('daily-unrealized-loss'),
      ['1', '1: two MNQ, five points down'],
      ['2', '2: a quarter point short of the limit'],
      ['3', '3: at the limit exactly'],
      ['3 others untouched', 'closes its contract alone and locks nothing'],
      ['4', '4: a short, at the ask'],
      ['5 none', '5: crude short of it'],
      ['5 breach', '5: crude at it'],
      ['6 none', '6: notes short of it'],
      ['6 breach', '6: notes beyond it'],
      ['7', '7: the worst of three coalesced quotes'],
      ['back within the window', 'a price at the limit and back within one window is a breach'],
      ['total', 'sums the worst values and closes the account without a lockout'],
    ).concat(
      inFile(config('risk-layers'), [
        'below the daily limit',
        'a position may not lose as much as ends the day, unless all positions are meant',
      ]),
    ),
  },
  {
    id: 'RULE-005',
    title: 'max unrealized profit',
    vectors: inFile(
      rules('max-unrealized-profit'),
      ['1', '1: a tick short of the target'],
      ['2', '2: at the target exactly'],
      ['3', '3: two micros'],
      ['4', '4: a short, at the ask'],
      ['5', '5: closes the position that reached it and no other, without a lockout'],
      ['current value', 'a profit that is gone'],
      ['unknown', 'an unknown value is no profit, and no pass'],
    ),
  },
  {
    id: 'RULE-006',
    title: 'trade frequency limit',
    vectors: [
      ...inFile(
        rules('trade-frequency-limit'),
        ['1', 'is breached by the trade after it'],
        ['2', 'leaves out a trade that is a whole minute old'],
        ['3', 'counts a trade of a millisecond less'],
        ['4', 'takes the partial fills of an order for one trade'],
        ['6', 'finds the window in the past that a late trade fills up'],
        ['longest', 'takes the longest cooldown of the windows exceeded, here of the %s'],
        ['after expiry', 'judges no trade twice, so that nothing breaches again after the cooldown'],
        ['enforcer', 'never counts what this program did'],
        ['units', 'only orders that opened or enlarged, as entries'],
        ['minute ≤ hour ≤ session', 'refuse %j'],
      ),
      ...inFile(book('trades'), ['5', 'store a re-sent half-turn without calling it new']),
      ...inFile(
        engine('worked-examples'),
        [
          '1 locked 30 to 90',
          'trades at 0, 10, 20 and 30 s: the fourth breaches, and the account is locked from 30 to 90 s',
        ],
        ['7', 'a trade that is voided after the breach leaves the cooldown where it is'],
        ['8', 'locked with two held, a fill to three is reduced to two, and one to the other side is closed'],
      ),
    ],
  },
  {
    id: 'RULE-007',
    title: 'cooldown after loss',
    vectors: [
      ...inFile(
        rules('cooldown-after-loss'),
        ['1', '1: a smaller loss'],
        ['2', '2: the first threshold exactly'],
        ['3', '3: the second threshold'],
        ['4', '4: fills of one stop order add up, and each deeper tier extends'],
        ['5', '5: what the flatten of a lockout loses counts, whoever closed it'],
        ['6', '6: an execution without P&L'],
        ['round trip', 'a round trip counts from flat to flat, entries and their costs included'],
        ['tiers', 'refuse a deeper loss that locks for less'],
      ),
      ...inFile(engine('judging-rules'), [
        '5 extends',
        'a loss locks for its tier, and what the flatten then loses extends it',
      ]),
    ],
  },
  {
    id: 'RULE-008',
    title: 'no stop-loss grace',
    vectors: [
      ...inFile(
        rules('no-stop-loss-grace'),
        ['1', 'leaves a position alone whose stop came in time'],
        ['2', 'closes one that never had a stop when the grace ends'],
        ['3', 'a target alone'],
        ['4', 'a stop on the wrong side'],
        ['5', 'goes on counting where it stood when the stop is cancelled'],
        ['6 full', 'a stop for a part'],
        ['6 any', 'a stop for a part, when any will do'],
        ['8', 'starts anew with a position that turned over'],
        ['not refilled', 'is not refilled by replacing the stop again and again'],
        ['break-even stop', 'a stop beyond the entry'],
        ['distance', 'a stop one tick too far'],
      ),
      ...inFile(
        book('protection'),
        ['7', 'covers from 0 when $name'],
        ['meter starts at creation', 'runs from the creation of the position, not from when we heard of it'],
        ['downtime covered', 'counts as covered when a valid stop stands after it'],
        ['downtime uncovered', 'counts as uncovered when none stands after it'],
      ),
      ...inFile(engine('trade-management'), ['with 012', 'a stop of ours satisfies RULE-008']),
    ],
  },
  {
    id: 'RULE-009',
    title: 'session block outside',
    vectors: [
      ...inFile(
        rules('session-block-outside'),
        ['1 out', 'a millisecond before the start'],
        ['1 in', 'at the start'],
        ['2 in', 'a millisecond before the end'],
        ['2 out', 'at the end'],
        ['3 and 4', 'on Friday afternoon, in winter time, over the clock change'],
        ['4 winter', 'on Friday morning before the clock change'],
        ['5', 'from the early close over the holiday and the weekend'],
        ['6 Monday 03:00', 'Monday 03:00 of the session that opened on Sunday'],
        ['6 Monday 15:10', 'Monday 15:10'],
        ['6 Sunday 16:59', 'Sunday 16:59'],
        ['6 Sunday 17:00', 'Sunday 17:00'],
        ['6 Friday', 'Friday 15:10'],
        ['7 gap', '02:30'],
        ['7 twice', '01:30'],
        ['holiday overnight', 'a holiday removes the overnight session that would end on it'],
        ['lead', 'acts before the end by the lead'],
        ['narrowed', 'narrow the session of the account, %s'],
        ['reduce only', 'only lets positions be reduced when they need not be closed'],
      ),
      ...inFile(engine('six-rules'), [
        '2 without an event',
        'RULE-009: at the end of the session the account becomes flat and stays so until the next one starts',
      ]),
      ...inFile(engine('worked-examples'), [
        'carried into the halt',
        'a close that the shut exchange refuses: a human is told at once what is carried, and it is closed when it opens',
      ]),
    ],
  },
  {
    id: 'RULE-010',
    title: 'auth loss guard',
    vectors: [
      ...inFile(
        rules('auth-loss-guard'),
        ['1', '1: for three seconds is only logged'],
        ['2 warning', '2: for five seconds'],
        ['2 critical', '2: for a minute with a position'],
        ['3', '3: by a refused login, at once'],
        ['4', '4: is a level: told twice it is found the same'],
        ['unlisted', 'to an account that is no longer listed'],
      ),
      ...inFile(
        engine('judging-rules'),
        [
          '2 no goal',
          '2: a hub that is down for a minute with a position: warning, then critical, then that it is over; no goal',
        ],
        ['4 and 6', '4 and 6: one lockout however often it is told, ended by the first word that trading is allowed'],
        ['5', '5: a start with trading not allowed is locked by the first reading, before any event'],
      ),
      ...inFile(engine('interactions'), ['6', '010 + 003: trading is allowed again while the loss still locks']),
      ...inFile('apps/daemon/test/monitored-accounts.test.ts', [
        'not simulated',
        'an account that is not simulated is refused, because nothing could be enforced there',
      ]),
    ],
  },
  {
    id: 'RULE-011',
    title: 'symbol blocks',
    vectors: [
      ...inFile(
        rules('symbol-blocks'),
        ['1', '1: an order in a blocked product must not work'],
        ['2', '2: two months of a product are one block'],
        ['3', '3: MBT'],
        ['4', '4: M2K'],
        ['5', '5: MGC, as GC is anchored'],
        ['contract ids', 'a pattern of contract ids blocks that month alone'],
        ['everything', 'refuse %s, which blocks everything, unless it is meant'],
        ['unknown product', 'is told and left open unless it is to be blocked'],
      ),
      ...inFile(engine('judging-rules'), ['6', '6: what is held when the block is loaded is closed at once']),
    ],
  },
  {
    id: 'RULE-012',
    title: 'trade management',
    vectors: [
      ...inFile(
        rules('trade-management'),
        ['1', '1: a long gets its stop below and its target above'],
        ['2', '2: break-even does nothing one tick below its trigger and moves the stop to the average at it'],
        ['3', '3: an average between two ticks is rounded up for a long'],
        ['4', '4: a trailing stop follows the best bid and stays when the market falls back'],
        ['5', '5: a trailing stop of a short follows the lowest ask'],
        ['6', '6: a stop of ours that the trader moved closer stands where he put it'],
        ['gap', 'a stop that would stand nearer than the gap is not placed'],
        ['passed', 'a stop price that the market has reached or passed closes instead'],
        ['aliases', 'understand the names of other tools'],
      ),
      ...inFile(engine('trade-management'), [
        'restart',
        'the extreme and the stop survive a restart in the middle of a trail',
      ]),
    ],
  },
  {
    id: 'RULE-013',
    title: 'daily realized profit',
    vectors: [
      ...inFile(
        rules('daily-realized-profit'),
        ['1', '1: allows less'],
        ['2', '2: is breached beyond the target'],
        ['3 at', '3: is breached at the target exactly'],
        ['3 short', '3: allows a ten-thousandth less'],
        ['4', '4: adds the open profit'],
        ['5', '5: an open loss takes nothing away'],
        ['6 net', '6: counts costs'],
        ['6 gross', '6: leaves them out on the gross basis'],
        ['unknown U', 'takes the realized part alone while the open one is unknown'],
      ),
      ...inFile(engine('judging-rules'), ['4 stays locked', '4: locks although the closes fill below the target']),
    ],
  },
  {
    id: 'interactions',
    title: 'where two rules meet',
    vectors: [
      ...inFile(
        engine('interactions'),
        ['004 → 003', 'a position that is closed for its open loss locks the day on that very trade'],
        ['005 → 013', 'a profit that is taken locks the day on that very trade'],
        [
          '001 + 002',
          '001 + 002 on one fill: two breaches are recorded, and one reduction to the smaller limit leaves',
        ],
        ['003 + 013', '003 + 013: a day that reaches its target and then slips beyond its loss is locked by both'],
        ['any + 008', 'any lock + 008: a naked position is closed although reduce-only would keep it'],
        ['reduce only → flat', 'is upgraded at once, and the rest of reduce-only remains when the flat one ends first'],
        ['009 + 003', '009 ends while 003 is active: the account stays locked, and what lasts longest is told first'],
        ['011 + 002', '011 + 002: a product that both forbid is closed once, and both breaches are recorded'],
        ['reset', 'a reset during the pursuit changes the day, and not the close that is owed'],
      ),
      ...inFile(engine('judging-rules'), ['010 + any', 'closes that the gateway refuses meanwhile are tried slowly']),
      ...inFile(engine('trade-management'), [
        '012 + flat',
        'a lockout while an order is managed: the position first, our orders last, nothing after',
      ]),
    ],
  },

  // 3. State modules
  {
    id: '3.1',
    title: 'enforcement',
    vectors: [
      ...inFile(
        engine('enforcement.property'),
        ['ends flat', 'whatever fills meanwhile, an account that has to be flat ends flat and without an order'],
        [
          'only reduces, one at a time, looks in doubt, audited',
          'whatever becomes of requests and answers, none enlarges, turns over, repeats in doubt or leaves without its reason',
        ],
      ),
      ...inFile(engine('random-day.property'), [
        'with crashes',
        'whatever the trader, the market and the faults do, the properties hold',
      ]),
      ...inFile(bridge('rest/rate-budget.property'), [
        'rate budget',
        'enforcement is never refused while any other lane is admitted',
      ]),
    ],
  },
  {
    id: '3.2',
    title: 'lockouts',
    vectors: [
      ...inFile(
        domain('lockout.property'),
        ['function of records and time', 'the lock at any instant is what the records say, merged or not'],
        ['never earlier', 'adding a lockout never unlocks earlier and never binds less'],
        ['any order', 'the order in which lockouts are added changes nothing'],
      ),
      ...inFile(store('round-trip.property'), [
        'restart',
        'a restart on the same store locks every account as before, with kinds, scopes and ends, and none for another',
      ]),
      ...inFile(
        engine('lockouts.property'),
        ['accounts', 'what is locked on one account says nothing about another'],
        ['machine clock', 'a clock that is not trusted ends nothing, however far it is moved'],
        [
          'configuration',
          'whatever configuration is loaded, a start keeps every lockout whose end has not come, as it was, and ends the others',
        ],
      ),
    ],
  },
  {
    id: '3.3',
    title: 'timers',
    vectors: inFile(
      engine('wakes.property'),
      ['earliest', 'the wake-up that is asked for is no later than anything that is due'],
      ['late', 'a late wake-up does everything that was due meanwhile, resets in order'],
      ['early or twice', 'waking early or twice changes nothing'],
    ),
  },
  {
    id: '3.4',
    title: 'resets',
    vectors: [
      ...inFile(engine('wakes.property'), [
        'exactly once',
        'every reset is processed once and in order, over any stops and starts',
      ]),
      ...inFile(
        domain('trading-calendar'),
        ['next and previous', 'next is after, previous is not after, and next of previous is after'],
        ['lengths', 'differ by whole days, give or take a clock change'],
      ),
      ...inFile(book('trades.property'), ['sum over days', 'the days together make what all trades make']),
      ...inFile(engine('ancestor-defects'), [
        'ends next_reset only',
        'G2: cooldown, session, can-trade and symbol lockouts survive a reset, the one until the reset does not',
      ]),
    ],
  },
  {
    id: '3.5',
    title: 'P&L',
    vectors: [
      ...inFile(book('book.property'), [
        'a set',
        'any arrival of the same facts, with any repetition, ends in the same book as the naive model',
      ]),
      ...inFile(
        book('trades.property'),
        ['void', 'a voided trade counts as if it had never happened, whenever the void comes'],
        ['net and gross', 'costs only take away: net is never more than gross'],
        ['days', 'a trade counts on the day of its stamp and on no other'],
      ),
      ...inFile(domain('unrealized-pnl'), [
        'linear',
        'is linear in the size before its rounding, and never more than a unit below the exact value',
      ]),
      ...inFile(domain('unrealized-pnl'), [
        'zero and opposite',
        'is zero at the average, and opposite for the other side on the grid',
      ]),
      ...inFile(book('valuation'), ['flat', 'an account without positions is worth nothing, and that is known']),
      ...inFile(book('positions'), ['accounts', 'an event of another account is refused']),
      ...inFile(engine('balance.property'), [
        'balance',
        'a balance that moves as the trades do is never doubted, any other is told',
      ]),
      ...inFile(engine('data-guards'), [
        'unknown tick value',
        'is told at once and closed after the grace, whatever rules are on',
      ]),
    ],
  },
  {
    id: '3.6',
    title: 'quotes',
    vectors: [
      ...inFile(
        book('quotes'),
        ['older', 'is not replaced by an older one'],
        ['crossed', 'is suspect for a second when it is crossed, and the worse side counts'],
        ['crossed, always', 'a crossed change makes the quote suspect for a second, in which the worse side counts'],
        ['bounds', 'the extremes bound every exit since they were settled'],
        ['zero or less', 'of zero or less is $name'],
      ),
      ...inFile(
        engine('data-guards'),
        ['stale', 'are told at once, asked for again, critical after a minute, and told when they are back'],
        ['close', 'close the position when that is configured, and no other'],
        ['halt', 'are no fault while the market is closed, and missed from its opening on'],
      ),
    ],
  },
  {
    id: '3.7',
    title: 'contract records',
    vectors: [
      ...inFile(engine('data-guards'), [
        'changed',
        'is critical for who holds it, and the larger value makes the loss',
      ]),
      ...inFile(engine('contract-records'), [
        'product',
        'the contracts of a product are found by root, code and id, also those that were learned later',
      ]),
      ...inFile(book('valuation'), ['positive', 'with a tick value of nothing']),
      ...inFile(rules('max-contracts'), ['roll', 'counts both months of a roll in gross']),
    ],
  },
  {
    id: '3.8',
    title: 'trade counts',
    vectors: inFile(
      rules('trade-frequency-limit'),
      ['recount, any order', 'equal those of a recount in any order of arrival'],
      ['monotone', 'grow with the window: what a minute refuses an hour refuses too'],
    ),
  },
  {
    id: '3.9',
    title: 'positions and orders',
    vectors: [
      ...inFile(
        book('book.property'),
        [
          'snapshot and events',
          'a snapshot and the events since end in one book, wherever among them the snapshot arrives',
        ],
        ['duplicates', 'applying an event twice is applying it once'],
      ),
      ...inFile(
        book('orders'),
        ['terminal', 'ends for good'],
        ['equal stamps', 'takes the later status of one stamp'],
        ['no time window', 'takes a second change within one millisecond'],
      ),
      ...inFile(book('cycles.property'), [
        'restart',
        'a cycle keeps its id, its start and its extremes over a restart at any point',
      ]),
      ...inFile(book('positions'), ['size 0', 'is flat at size 0 and no longer in the view']),
    ],
  },

  // 4. Configuration
  {
    id: '4.1',
    title: 'files and layers',
    vectors: [
      ...inFile(
        config('risk-layers'),
        ['deep merge', 'an account’s file lies over the risk file, its overrides over both, siblings untouched'],
        ['lists', 'lists and scalars replace'],
        ['null', 'an empty value in an override takes what lies below'],
        ['unknown key', 'unknown keys are refused in every layer'],
      ),
      ...inFile(config('explain-config'), ['explain', 'the value that is in force']),
      ...inFile(config('load-config'), [
        'unprotected',
        'nothing that limits size or loss is refused, unless that is said in so many words',
      ]),
      ...inFile(
        engine('settings'),
        ['tightening', 'a smaller limit is enforced at once'],
        ['loosening', 'a larger limit waits for the reset, a smaller one beside it does not'],
        ['no lockout', 'nothing loosens at a reset that finds a lockout, but at the next one that finds none'],
        ['immediate', 'loosening at once waits for the end of the session'],
      ),
      ...inFile(story('configuration/changed-files.long'), [
        'refused',
        'a file with mistakes is refused, and the one before stays in force',
      ]),
      ...inFile(config('files'), ['logging', 'the logging section may be a file of its own, which wins']),
    ],
  },
  {
    id: '4.2',
    title: 'reading and substitution',
    vectors: [
      ...inFile(
        config('read-yaml'),
        ['sexagesimal', 'a: 17:00'],
        ['duplicate', 'a: 1\na: 2'],
        ['tab', 'a:\tb'],
        ['tag', 'a: !custom x'],
      ),
      ...inFile(
        config('substitute'),
        ['unset', '${MISSING}'],
        ['default', '${EMPTY:fallback}'],
        ['escape', '$${NAME}'],
        ['closing brace', '${MISSING:a\\}b}'],
        ['not nested', '${NESTED}'],
        ['types', 'types a bare placeholder after replacement'],
        ['keys and comments', 'leaves keys and comments alone'],
        ['sources', 'the process wins over .env, .env over the default, and an empty variable counts as unset'],
      ),
      ...inFile(
        config('environment-file'),
        ['forms', '%j is understood'],
        ['malformed', '%j is refused with its line'],
        ['readable by others', 'with mode %o others could read it: an error'],
      ),
      ...inFile(config('load-config'), ['secrets', 'shows the API key to nobody who does not ask for it']),
    ],
  },
  {
    id: '4.3',
    title: 'validation and diagnostics',
    vectors: [
      ...inFile(config('load-config'), [
        'all at once, each in full',
        'ten different mistakes in one folder give ten diagnostics, each at its place',
      ]),
      ...inFile(config('substitute'), [
        'names the variable',
        'points to the line of the placeholder and names the variable, not its value',
      ]),
      ...inFile('apps/cli/test/config-command.test.ts', ['--strict', 'passes over warnings, unless it is strict']),
      ...inFile(
        config('files'),
        ['24:00', 'time: "24:00"'],
        ['case', 'pnl_basis: Net'],
        ['zone', 'timezone: EST'],
        ['date', '{ dates: { 2026: [2026-02-29] } }'],
      ),
      ...inFile(config('read-yaml'), ['-0', 'a: -0'], ['NaN', 'a: .nan'], ['padded', 'a: " padded"']),
      ...inFile(story('startup/refused-start'), [
        'exit code',
        'answers ten mistakes in one folder with ten diagnostics and code 3',
      ]),
    ],
  },
  {
    id: '4.4',
    title: 'risk_config.yaml',
    vectors: [
      ...inFile(
        config('files'),
        ['schema_version', 'schema_version: 2'],
        ['instruments', 'instruments: [mnq]'],
        ['timezone', 'timezone: america/chicago'],
        ['pnl_basis', 'pnl_basis: Net'],
        ['stale', 'stale_after_seconds: 60'],
        ['on_stale_quotes', 'on_stale_quotes: flatten'],
        ['unvalued', 'unvalued_grace_seconds: 601'],
        ['interval', 'evaluation_interval_ms: 9'],
        ['deadline', 'enforcement_deadline_seconds: 121'],
        ['loosening', 'loosening: never'],
        ['unprotected', 'allow_unprotected: yes'],
        ['database', 'database: { backup_interval_minutes: 0 }'],
        ['notifications', 'a literal credential of a channel is refused and not shown'],
        ['logging', 'logging: { files: { daemon: { enabled: false } } }'],
      ),
      ...inFile(config('risk-layers'), ['profile', 'a profile that is not there']),
      ...inFile(config('load-config'), ['unknown rule', 'an unknown rule is refused with the nearest known one']),
      ...inFile(config('defaults'), ['defaults', '%s, in the risk file, is %j']),
    ],
  },
  {
    id: '4.5',
    title: 'timers_config.yaml',
    vectors: [
      ...inFile(
        config('files'),
        ['reset time', 'time: "9:00"'],
        ['reset days', 'reset_days: []'],
        ['reset off', 'enabled: false'],
        ['weekly', 'weekly_reset: { day: 7 }'],
        ['permanent', 'lockout_durations: { hard_lockout: { daily_realized_loss: permanent } }'],
        ['non-decreasing', 'lockout_durations: { timer_cooldown: { trade_frequency: { per_session_breach: 1m } } }'],
        ['session', '{ start: "08:30", end: "08:30" }'],
        ['adjoin', '{ pre_market: { enabled: true, start: "08:30" } }'],
        ['holidays', '{ dates: { 2026: [2026-12-25, 2026-12-25] } }'],
        ['early close', '{ dates: { 2026: [] }, early_close: [{ date: 2026-12-24, close_time: "15:00" }] }'],
        ['check_interval', 'advanced: { check_interval: 10 }'],
        ['news', 'news_events: []'],
      ),
      ...inFile(config('shipped-calendar'), ['shipped', 'are closed on New Year, Good Friday and Christmas alone']),
      ...inFile(config('defaults'), ['defaults', '%s, in the timers file, is %j']),
    ],
  },
  {
    id: '4.6',
    title: 'accounts.yaml',
    vectors: [
      ...inFile(
        config('files'),
        ['key by variable', 'topstepx: { username: "${PROJECTX_USERNAME}", api_key: hunter2 }'],
        ['unique id', '{ id: 1, name: A, account_type: practice }, { id: "1", name: B, account_type: practice }'],
        ['live', '{ id: 1, name: A, account_type: live }'],
        ['prefix', 'id: EXPRESS-V2-1, name: A'],
        ['one enabled', '{ id: 1, name: A, account_type: practice, enabled: false }'],
        ['files inside', '{ id: 1, name: A, account_type: practice, risk_config_file: ../other.yaml }'],
        ['old form', 'the older form for one account is understood alone, and refused beside a list'],
      ),
      ...inFile(
        'apps/daemon/test/monitored-accounts.test.ts',
        ['by name', 'are found by id and by name'],
        ['one match', 'a name that several accounts have is refused'],
        ['hole', 'that are turned off are not watched, and told as a hole like any other'],
      ),
    ],
  },
  {
    id: '4.7',
    title: 'api_config.yaml',
    vectors: [
      ...inFile(
        config('files'),
        ['https only', 'api_url: http://api.topstepx.com'],
        ['loopback', '%s is this machine'],
        ['/api', '/api at the end is left out, with a warning'],
        ['environment', 'environment: sandbox'],
        ['simulator', 'the simulator must be on this machine, with all three addresses'],
        ['timeouts', 'timeouts: { request_s: 41 }'],
        ['reconnect', 'reconnect: { max_attempts: 5 }'],
        ['budget', 'rate_limit: { budget: 201 }'],
        ['reserve', 'rate_limit: { budget: 60, reserved_for_enforcement: 60 }'],
        ['token', 'token: { renew_at_fraction_left: 0.01 }'],
        ['tls', 'tls: { verify: false }'],
      ),
      ...inFile(config('defaults'), ['defaults', '%s, of the gateway, is %j']),
    ],
  },
  {
    id: '4.8',
    title: 'files against each other',
    vectors: [
      ...inFile(
        config('risk-layers'),
        ['until_reset without reset', 'a reset that is turned off needs rules that do without a day'],
        ['no session', 'a session rule without any session is an error'],
        ['holidays', 'holidays that are turned off contradict a rule that respects them'],
        ['position and day', 'a position may not lose as much as ends the day, unless all positions are meant'],
        ['005 and 013', 'a profit of one position beyond the target of the day is remarked upon'],
        ['013 below a tick', 'a target of the day below one tick of an instrument is remarked upon'],
        ['002 and 001', '{ instrument_limits: { ES: 6 } }'],
        ['plan', 'limits beyond the plan of the firm are errors'],
        ['zones', 'reset and session in two zones are remarked upon, links of one zone are not'],
        ['override of a rule that is off', 'overrides of a rule that is off are remarked upon'],
        ['looser account', 'an account with wider limits than the others is a notice, a tighter one is none'],
      ),
      ...inFile('packages/config/test/named-products.test.ts', [
        'unknown instrument',
        'instruments of the configuration',
      ]),
      ...inFile(story('startup/refused-start'), [
        'two daemons on one store',
        'ends with code 1 on a data folder that another daemon has, and names that one',
      ]),
    ],
  },

  // 5. Command line: what of it there is
  {
    id: '5',
    title: 'command line',
    vectors: [
      ...inFile(
        'apps/cli/test/config-command.test.ts',
        ['config check', 'refuses a folder with mistakes'],
        ['config explain', 'names value, layer and line, for each account'],
        ['no credential', 'shows no credential, and stays within 80 columns'],
      ),
      ...inFile(story('lockout/stubborn-trader.long'), [
        'the trader does not get around it',
        'every %s is closed each time, within the rate budget',
      ]),
    ],
  },

  // 6. Rules that follow in an issue of their own: their keys are refused until then
  ...[
    ['6.1', 'max_loss_limit'],
    ['6.2', 'daily_net_loss'],
    ['6.3', 'consistency_target'],
    ['6.4', 'flat_by_time'],
    ['6.5', 'max_trades_per_day'],
    ['6.6', 'max_loss_per_trade'],
    ['6.7', 'consecutive_losses'],
    ['6.8', 'correlated_exposure'],
    ['6.9', 'news_blackout'],
    ['6.10', 'profit_give_back'],
    ['6.11', 'weekly_loss'],
    ['6.11, 112', 'scaling_plan'],
    ['6.11, 113', 'repeat_breach_guard'],
    ['6.11, 114', 'order_size_limit'],
    ['6.11, 115', 'max_position_time'],
  ].map(([id = '', rule = '']) => ({
    id,
    title: `${rule}, not built`,
    vectors: inFile(config('defaults'), ['refused', NOT_BUILT], ['key', rule]),
  })),
  {
    id: '6.0',
    title: 'the numbers of the firm',
    vectors: [
      ...inFile(config('load-config'), ['profiles', 'profile %s is complete']),
      ...inFile(
        config('lint'),
        ['lots', 'refuses more lots in all than the plan has'],
        ['minis and micros', 'refuses more lots than the plan has, which limits by product alone do not know'],
      ),
    ],
  },

  // 7. Store
  {
    id: '7',
    title: 'entities of the store',
    vectors: [
      ...inFile(store('round-trip.property'), ['every entity', 'whatever a turn wrote is what the next start reads']),
      ...inFile(
        store('commit-turn'),
        ['trades by id', 'a trade that is sent again replaces itself and never counts twice'],
        ['no delete', 'the database itself refuses to delete a lockout'],
        ['reset marks', 'each reset and each warning is kept once'],
        [
          'one turn, one transaction',
          'a turn that cannot be written leaves no trace, and the next one follows without a gap',
        ],
      ),
      ...inFile(store('audit-chain'), ['chain', 'a record is hashed as canonical JSON after the hash before it']),
      ...inFile(store('migrate'), ['checksum', 'a step that was edited after it had been applied is refused']),
      ...inFile(engine('time'), [
        'start order',
        'those that were missed are processed at the start, in order and before anything else',
      ]),
    ],
  },

  // 8. Defects of the programs before this one
  ...defect('G1', engine('ancestor-defects'), 'G1: crossing 17:00 performs exactly one reset'),
  ...defect(
    'G2',
    engine('ancestor-defects'),
    'G2: cooldown, session, can-trade and symbol lockouts survive a reset, the one until the reset does not',
  ),
  ...defect('G3', engine('ancestor-defects'), 'G3: −300 at 18:00 and −250 at 01:00 are one day'),
  ...defect(
    'G4',
    rules('daily-realized-profit'),
    'G4: the loss and the profit of the day read the same P&L, and neither adds to it',
  ),
  ...defect('G5', engine('ancestor-defects'), 'G5: what the flatten of a lockout loses is in it'),
  ...defect('G6', engine('ancestor-defects'), 'G6: a short cooldown leaves the lockout until the reset where it is'),
  ...defect('G7', engine('ancestor-defects'), 'G7: every kind of end survives a restart'),
  ...defect(
    'G8',
    store('round-trip.property'),
    'a restart on the same store locks every account as before, with kinds, scopes and ends, and none for another',
  ),
  ...defect(
    'G9',
    engine('ancestor-defects'),
    'G9, G10: a position whose loss breaches is closed at the gateway, by its contract id',
  ),
  ...defect(
    'G10',
    engine('ancestor-defects'),
    'G9, G10: a position whose loss breaches is closed at the gateway, by its contract id',
  ),
  ...defect('G11', rules('daily-unrealized-loss'), 'G11: a winner does not mask a loser'),
  ...defect('G12', rules('daily-unrealized-loss'), 'G12: a position without a quote is unknown and never nothing'),
  ...defect(
    'G13',
    engine('ancestor-defects'),
    'G13: a limit is met in steps of a dollar, on the side at which a close would fill',
  ),
  ...defect('G14', book('valuation'), '%o of %d at %d with %o is %s'),
  ...defect('G15', rules('no-stop-loss-grace'), 'a stop on the wrong side'),
  ...defect('G16', engine('ancestor-defects'), 'G16: a cooldown ends without any event'),
  ...defect(
    'G17',
    story('enforcement/six-rules'),
    'RULE-006 lets a fourth trade of a minute only keep or reduce what is held',
  ),
  ...defect('G18', engine('ancestor-defects'), 'G18: a second change within a second is a change'),
  ...defect('G19', engine('ancestor-defects'), 'G19: every enabled rule judges'),
  ...defect('G20', engine('ancestor-defects'), 'G20: a session that is configured otherwise acts otherwise'),
  ...defect('G21', engine('ancestor-defects'), 'G21: a rule that cannot judge sets no lockout of its own making'),
  ...defect(
    'G22',
    story('enforcement/six-rules'),
    'RULE-009 closes a position at the end of the session, without any event',
  ),
  ...defect('G23', engine('ancestor-defects'), 'G23: rules go on judging while the account is locked'),
  ...defect(
    'G24',
    engine('enforcement.property'),
    'whatever becomes of requests and answers, none enlarges, turns over, repeats in doubt or leaves without its reason',
  ),
  ...defect('G25', engine('ancestor-defects'), 'G25: a stop whose position was closed cannot open another'),
  ...defect('G26', config('substitute'), 'leaves keys and comments alone'),
  ...defect('G27', config('files'), 'lockout_durations: { hard_lockout: { daily_realized_loss: permanent } }'),
  ...defect('G28', engine('ancestor-defects'), 'G28: a price below zero is a price of crude'),
  ...defect('G29', engine('ancestor-defects'), 'G29: only trades make it, not the position that is gone'),
  ...defect('G30', bridge('to-domain'), 'of status %i is %s'),
  ...defect('G31', engine('ancestor-defects'), 'G31: two trades in one millisecond both count'),
  ...defect(
    'G32',
    'tests-e2e/smoke/all-rules.test.ts',
    'each of the thirteen rules is broken by a trader of the scenario all-rules, enforced or alerted, verified and explained',
  ),

  // 9 and 10. Choices
  {
    id: '9',
    title: 'choices that the owner may change',
    vectors: inFile(
      config('defaults'),
      ['1', 'daily_realized_loss.include_unrealized'],
      ['1, profit', 'daily_realized_profit.include_unrealized'],
      ['2', 'max_contracts.count_type'],
      ['3', 'trade_frequency_limit.existing_positions'],
      ['4', 'no_stop_loss_grace.grace_period_seconds'],
      ['5', 'general.loosening'],
    ),
  },
  {
    id: '10',
    title: 'what was settled since',
    vectors: [
      ...inFile(engine('data-guards'), ['unexplained balance', 'that part are told once, after a second look']),
      ...inFile(config('risk-layers'), [
        'two durations',
        'one lockout with two durations is an error that names both places',
      ]),
      ...inFile(rules('trade-frequency-limit'), ['own exits', 'not the way out while the cooldown lasts']),
      ...inFile(book('positions'), ['flip', 'begins at a flip with the trade that turned the position over']),
      ...inFile(book('valuation'), ['U* of one window', 'known positions']),
    ],
  },
]

function defect(id: string, file: string, test: string): readonly Section[] {
  return [{ id, title: 'defect of a program before this one', vectors: [{ of: 'regression', file, test }] }]
}
