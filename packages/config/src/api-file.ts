import { z } from 'zod'
import { type MapNode, nodeAt, placeOf, plainOf } from './config-node.ts'
import type { Report } from './diagnostic.ts'
import { describe, explainIssues, type RenamedKeys } from './explain-issues.ts'
import { ONCE } from './schema-shape.ts'
import { isLoopback } from './loopback.ts'
import { choice, flag, fraction, objectTo, readBy, text, whole } from './setting-types.ts'

/** How the gateway is reached. */
export interface ApiSettings {
  /** `simulator`: loopback hosts only; business time is the simulator's. */
  readonly environment: 'production' | 'simulator'
  /** Without `/api`. */
  readonly apiUrl: string
  readonly userHubUrl: string
  readonly marketHubUrl: string
  readonly timeouts: { readonly connectMs: number; readonly requestMs: number; readonly hubSilenceMs: number }
  /** Reads only; a command is observed and decided again. */
  readonly retry: {
    readonly maxAttempts: number
    readonly baseMs: number
    readonly multiplier: number
    readonly maxMs: number
  }
  /** Attempts are unlimited. */
  readonly reconnect: { readonly initialMs: number; readonly maxMs: number }
  readonly rateLimit: { readonly windowMs: number; readonly budget: number; readonly reservedForEnforcement: number }
  /** Never applies to enforcement calls. */
  readonly circuitBreaker: { readonly failures: number; readonly openMs: number; readonly halfOpen: number }
  readonly token: { readonly renewAtFractionLeft: number }
  readonly cache: { readonly contractTtlMs: number }
  readonly logging: { readonly requests: boolean; readonly responses: boolean; readonly slowMs: number }
  /** A certificate authority beside the system's. */
  readonly tls: { readonly caFile: string | null }
}

// Hosts of TopstepX: gateway contract 1.1. There is no separate sandbox; practice accounts live on the same hosts.
const TOPSTEPX = {
  api_url: 'https://api.topstepx.com',
  user_hub_url: 'https://rtc.topstepx.com/hubs/user',
  market_hub_url: 'https://rtc.topstepx.com/hubs/market',
} as const

const URL_KEYS = ['api_url', 'user_hub_url', 'market_hub_url'] as const

/**
 * A URL of the gateway. `https` and `wss` only, unless it stays on this machine. The forms with `wss` and `ws` mean the same; the SignalR
 * client wants the others (gateway contract 1.1).
 */
function gatewayUrl(key: (typeof URL_KEYS)[number]): z.ZodType<string> {
  const mayBeSocket = key !== 'api_url'
  const expected = `an ${mayBeSocket ? 'https or wss' : 'https'} URL (without encryption only on this machine)`
  return readBy((value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
    const scheme = url === null ? null : schemeOf(url, mayBeSocket)
    if (url === null || scheme === null)
      return { expected, why: 'the gateway is reached by it', fix: `write for example \`${TOPSTEPX[key]}\`` }
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      return {
        expected,
        why: 'the path is completed by the program, and a credential in a URL ends up in logs',
        fix: 'remove what stands before @ and what follows ? or #',
      }
    if (scheme === 'https' || isLoopback(url))
      return { value: `${scheme}://${url.host}${url.pathname}`.replace(/\/+$/, '') }
    return {
      expected,
      why: 'without encryption anybody on the way can read the token and send orders',
      fix: `write \`${url.protocol === 'ws:' ? 'wss' : 'https'}://…\``,
    }
  }).meta({
    title: expected,
    type: 'string',
    pattern: mayBeSocket ? '^(http|ws)s?://' : '^https?://',
    examples: [TOPSTEPX[key]],
  })
}

function schemeOf(url: URL, mayBeSocket: boolean): 'https' | 'http' | null {
  if (url.protocol === 'https:' || (mayBeSocket && url.protocol === 'wss:')) return 'https'
  return url.protocol === 'http:' || (mayBeSocket && url.protocol === 'ws:') ? 'http' : null
}

const count = (max: number, why: string): z.ZodType<number> => whole(1, max, why)

/** `api_config.yaml` (risk rules, 4.7). */
export const ApiSchema = z
  .strictObject({
    environment: choice(['production', 'simulator'], 'it decides whose clock is the business clock')
      .default('production')
      .describe('`simulator`: addresses of this machine only, business time is the simulator’s.'),
    api_url: gatewayUrl('api_url').default(TOPSTEPX.api_url).describe('The REST address, without /api.'),
    user_hub_url: gatewayUrl('user_hub_url')
      .default(TOPSTEPX.user_hub_url)
      .describe('The hub of accounts, orders and fills; `wss` means the same.'),
    market_hub_url: gatewayUrl('market_hub_url')
      .default(TOPSTEPX.market_hub_url)
      .describe('The hub of prices; `wss` means the same.'),
    timeouts: z
      .strictObject({
        connect_s: count(600, 'a connection that takes longer is given up')
          .default(10)
          .describe('Seconds for a connection.'),
        request_s: count(600, 'an answer that takes longer is given up')
          .default(5)
          .describe('Seconds for reads and logins, at most `connect_s` + 30. Closes and cancels have 3 in all.'),
        hub_silence_s: count(600, 'a hub that is silent for longer is connected anew')
          .default(30)
          .describe('A hub without any byte for so many seconds is connected anew.'),
      })
      .prefault({})
      .describe('How long answers may take.')
      .superRefine((timeouts, context) => {
        if (timeouts.request_s <= timeouts.connect_s + 30) return
        objectTo(context, ['request_s'], timeouts.request_s, {
          expected: `at most connect_s + 30 (${timeouts.connect_s + 30})`,
          why: 'a slow answer must not outlast every patience of the connection',
          fix: `write ${timeouts.connect_s + 30} or less`,
        })
      }),
    retry: z
      .strictObject({
        max_attempts: count(20, 'reads are repeated at most so often')
          .default(3)
          .describe('How often a read is tried.'),
        base_ms: count(60_000, 'the first repetition waits so long')
          .default(250)
          .describe('Milliseconds before the first repetition.'),
        multiplier: fraction(1, 10, 'each further repetition waits so many times longer')
          .default(2)
          .describe('How much longer each further one waits.'),
        max_s: count(600, 'no repetition waits longer').default(10).describe('Longest wait, in seconds.'),
      })
      .prefault({})
      .describe('Repetition of reads; requests that change something are never repeated blindly.'),
    reconnect: z
      .strictObject({
        initial_ms: whole(0, 60_000, 'the first attempt to reconnect waits so long')
          .default(0)
          .describe('Milliseconds before the first attempt.'),
        max_s: count(600, 'no attempt to reconnect waits longer').default(30).describe('Longest wait, in seconds.'),
      })
      .prefault({})
      .describe('Reconnecting the hubs; attempts never end.'),
    rate_limit: z
      .strictObject({
        window_s: whole(60, 3_600, 'the gateway counts requests over 60 seconds')
          .default(60)
          .describe('Seconds over which requests are counted.'),
        budget: count(200, 'the gateway admits 200 requests in 60 seconds')
          .default(200)
          .describe('Requests within the window.'),
        reserved_for_enforcement: count(199, 'closes must never wait for other traffic')
          .default(60)
          .describe('Of these, kept for closes and cancels; less than `budget`.'),
      })
      .prefault({})
      .describe('The request budget of the gateway.')
      .superRefine((limit, context) => {
        if (limit.reserved_for_enforcement < limit.budget) return
        objectTo(context, ['reserved_for_enforcement'], limit.reserved_for_enforcement, {
          expected: `less than budget (${limit.budget})`,
          why: 'logging in and reading the account need requests as well',
          fix: `write a number below ${limit.budget}`,
        })
      }),
    circuit_breaker: z
      .strictObject({
        failures: count(100, 'after so many failures in a row reads pause')
          .default(5)
          .describe('Failures in a row after which reads pause.'),
        open_s: count(600, 'no pause of the reads is longer')
          .default(30)
          .describe('Longest pause in seconds; the first one is of a second, each trial that fails doubles it.'),
        half_open: count(100, 'so many reads try whether the gateway is back')
          .default(1)
          .describe('Reads that may try at once, after a pause, whether the gateway is back.'),
      })
      .prefault({})
      .describe('Pauses regular reads while the gateway fails; never closes, cancels or their checks.'),
    token: z
      .strictObject({
        renew_at_fraction_left: fraction(0.05, 0.9, 'a token is renewed when that share of its life is left')
          .default(0.25)
          .describe('A token is renewed when that share of its 24 hours is left.'),
      })
      .prefault({})
      .describe('The login.'),
    cache: z
      .strictObject({
        contract_ttl_h: count(720, 'contract records are read again after it')
          .default(24)
          .describe('Hours after which contract records are read again.'),
      })
      .prefault({})
      .describe('What is remembered of the gateway.'),
    logging: z
      .strictObject({
        requests: flag('requests are logged or not')
          .default(true)
          .describe('Whether each request is logged in `api.log`: route, duration, outcome.'),
        responses: flag('answers are logged or not')
          .default(false)
          .describe(
            'Whether the beginning of each answer is logged there as well; credentials and tokens are masked in any case.',
          ),
        slow_ms: count(600_000, 'slower requests are logged')
          .default(1_000)
          .describe('A request that takes as long or longer is a warning, in milliseconds.'),
      })
      .prefault({})
      .describe('What is logged of the traffic.'),
    tls: z
      .strictObject({
        ca_file: text('a file path', 'the certificates are checked against it')
          .optional()
          .describe('A PEM file beside the certificates of the system.'),
      })
      .prefault({})
      .describe('Certificates; their verification cannot be turned off.'),
  })
  .superRefine((api, context) => {
    if (api.environment !== 'simulator') return
    for (const key of URL_KEYS) {
      if (isLoopback(new URL(api[key]))) continue
      objectTo(context, [key], api[key], {
        expected: 'a URL of this machine, as the environment is simulator',
        why: "with the simulator's clock a real account would be judged at the wrong time",
        fix: 'write http://127.0.0.1:PORT, or `environment: production`',
      })
    }
  })

const RENAMED_KEYS: RenamedKeys = {
  base_url: 'api_url',
  websocket_url: 'user_hub_url and market_hub_url',
  'reconnect.max_attempts': 'nothing: attempts to reconnect are unlimited',
  'tls.verify': 'nothing: certificates are always verified',
  'rate_limit.requests_per_minute': 'budget (requests per window_s)',
  'rate_limit.requests_per_second': 'budget (requests per window_s)',
}

/** The settings of `api_config.yaml`, or `null` after reporting why not. */
export function readApiFile(tree: MapNode, report: Report): ApiSettings | null {
  const parsed = ApiSchema.safeParse(plainOf(tree), ONCE)
  if (!parsed.success) {
    explainIssues(parsed.error.issues, { root: tree, path: [], schema: ApiSchema, renamedKeys: RENAMED_KEYS }, report)
    return null
  }
  const api = parsed.data
  const { timeouts, retry, reconnect, rate_limit, circuit_breaker, token, cache, logging, tls } = api
  return {
    environment: api.environment,
    apiUrl: withoutApiPath(api.api_url, tree, report),
    userHubUrl: api.user_hub_url,
    marketHubUrl: api.market_hub_url,
    timeouts: {
      connectMs: timeouts.connect_s * 1_000,
      requestMs: timeouts.request_s * 1_000,
      hubSilenceMs: timeouts.hub_silence_s * 1_000,
    },
    retry: {
      maxAttempts: retry.max_attempts,
      baseMs: retry.base_ms,
      multiplier: retry.multiplier,
      maxMs: retry.max_s * 1_000,
    },
    reconnect: { initialMs: reconnect.initial_ms, maxMs: reconnect.max_s * 1_000 },
    rateLimit: {
      windowMs: rate_limit.window_s * 1_000,
      budget: rate_limit.budget,
      reservedForEnforcement: rate_limit.reserved_for_enforcement,
    },
    circuitBreaker: {
      failures: circuit_breaker.failures,
      openMs: circuit_breaker.open_s * 1_000,
      halfOpen: circuit_breaker.half_open,
    },
    token: { renewAtFractionLeft: token.renew_at_fraction_left },
    cache: { contractTtlMs: cache.contract_ttl_h * 3_600_000 },
    logging: { requests: logging.requests, responses: logging.responses, slowMs: logging.slow_ms },
    tls: { caFile: tls.ca_file ?? null },
  }
}

function withoutApiPath(url: string, tree: MapNode, report: Report): string {
  const base = url.replace(/\/api$/, '')
  if (base === url) return url
  const node = nodeAt(tree, ['api_url'])
  report.warning(placeOf(tree, ['api_url']), 'api_url', {
    expected: 'the address without /api',
    got: node === null ? url : describe(node, ['api_url']),
    why: 'every path of the gateway begins with /api already; it was left out here',
    fix: 'remove /api from the end',
  })
  return base
}
