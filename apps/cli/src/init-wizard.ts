import { isLoopback } from '@rm/config'
import { type Account, RmError } from '@rm/domain'
import { visible } from '@rm/runtime-pack/terminal'
import { programmeOf } from './account-programme.ts'
import { amount } from './amounts-text.ts'
import { accountType, address, contracts, loss, places, products, size, someText } from './init-answers.ts'
import type { Answers, ChosenAccount } from './init-files.ts'
import type { GatewayPlace, Login } from './init-gateway.ts'
import { type MainLimits, shippedLimits } from './init-profile.ts'
import type { Questions } from './init-questions.ts'

/** Lists the accounts of a login, which proves that it is good. */
export type AccountList = (place: GatewayPlace, login: Login) => Promise<readonly Account[]>

/** A key is mistyped once or twice; after that it is a wrong one. */
const LOGINS_MAX = 3

/**
 * Asks for everything that a configuration needs.
 *
 * @throws InputEnded; RmError of the gateway, or `ACCOUNT_NOT_ENFORCEABLE` when the login has no account that can be protected
 */
export async function askEverything(questions: Questions, accountsOf: AccountList): Promise<Answers> {
  const place = await askPlace(questions)
  const { login, listed } = await askLogin(questions, place, accountsOf)
  const accounts: ChosenAccount[] = []
  for (const account of await askAccounts(questions, listed)) accounts.push(await askLimits(questions, account))
  return { place, login, accounts }
}

// Gateway contract 1.1.
const TOPSTEPX: GatewayPlace = {
  environment: 'production',
  apiUrl: 'https://api.topstepx.com',
  userHubUrl: 'https://rtc.topstepx.com/hubs/user',
  marketHubUrl: 'https://rtc.topstepx.com/hubs/market',
  caFile: null,
}

async function askPlace(questions: Questions): Promise<GatewayPlace> {
  const [choice] = await questions.ask({
    text: 'Gateway: 1 TopstepX, 2 another firm on ProjectX or a simulator',
    preset: '1',
    understand: places(2),
  })
  if (choice === 1) return TOPSTEPX
  const typed = await questions.ask({ text: 'Its API, such as https://api.FIRM.projectx.com', understand: address })
  const apiUrl = typed.replace(/\/api$/, '')
  const hubs = hubsBeside(apiUrl)
  const userHubUrl = await questions.ask({ text: 'Its user hub', preset: `${hubs}/user`, understand: address })
  const marketHubUrl = await questions.ask({ text: 'Its market hub', preset: `${hubs}/market`, understand: address })
  const environment = isLoopback(new URL(apiUrl)) ? 'simulator' : 'production'
  return { environment, apiUrl, userHubUrl, marketHubUrl, caFile: null }
}

/** Firms have their hubs on a host of their own, a simulator has them on the same one. */
function hubsBeside(apiUrl: string): string {
  return `${apiUrl.replace(/^(https:\/\/)api\./, '$1rtc.')}/hubs`
}

async function askLogin(questions: Questions, place: GatewayPlace, accountsOf: AccountList) {
  for (let attempt = 1; ; attempt += 1) {
    const userName = await questions.ask({
      text: 'User name of the ProjectX dashboard (not the e-mail address)',
      understand: someText,
    })
    const login = { userName, apiKey: await questions.askHidden('API key (it is not shown)') }
    try {
      return { login, listed: await accountsOf(place, login) }
    } catch (error) {
      const isRejected = error instanceof RmError && error.code === 'GATEWAY_AUTH_REJECTED'
      if (!isRejected || attempt === LOGINS_MAX) throw error
      questions.say(`  ${visible(error.message)}. Once more:`)
    }
  }
}

async function askAccounts(questions: Questions, listed: readonly Account[]): Promise<readonly Account[]> {
  // The gateway refuses closes and cancels of programs where orders execute for real.
  const enforceable = listed.filter(({ simulated, visible: isShown }) => simulated !== false && isShown)
  if (enforceable.length === 0) {
    throw new RmError(
      'ACCOUNT_NOT_ENFORCEABLE',
      `expected an account that a program may close positions on, found none among ${listed.length}`,
    )
  }
  const left = listed.length - enforceable.length
  questions.say(
    `Logged in. Accounts that can be protected${left === 0 ? '' : ` (${left} live or hidden ones cannot)`}:`,
  )
  for (const [index, { id, name, balance, canTrade }] of enforceable.entries())
    questions.say(
      `  ${index + 1}  ${visible(name)}  ${id}  ${amount(balance)}${canTrade ? '' : '  may not trade at the moment'}`,
    )
  const chosen = await questions.ask({
    text: 'Which to watch, such as 1 or 1,2',
    ...(enforceable.length === 1 ? { preset: '1' } : {}),
    understand: places(enforceable.length),
  })
  return enforceable.filter((_, index) => chosen.includes(index + 1))
}

async function askLimits(questions: Questions, { id, name }: Account): Promise<ChosenAccount> {
  questions.say(`\n${visible(name)}`)
  const type = await questions.ask({
    text: 'Kind: practice, combine or express',
    ...presetOf(programmeOf(name)),
    understand: accountType,
  })
  const chosenSize = await questions.ask({
    text: 'Size: 50k, 100k, 150k, or practice for small limits to learn with',
    ...presetOf(type === 'practice' ? 'practice' : /^(?:50|100|150)k/i.exec(name)?.[0].toLowerCase()),
    understand: size,
  })
  const limits = await askNumbers(questions, shippedLimits(chosenSize))
  return { id, name, type, size: chosenSize, limits }
}

function presetOf(word: string | undefined): { readonly preset?: string } {
  return word === undefined ? {} : { preset: word }
}

async function askNumbers(questions: Questions, shipped: MainLimits): Promise<MainLimits> {
  const dayLoss = await questions.ask({
    text: 'Loss of a day, in dollars: flat and locked until the daily reset',
    preset: String(-shipped.dayLoss),
    understand: loss(),
  })
  // The same share of the day as in the profile.
  const share = shipped.positionLoss / shipped.dayLoss
  const positionLoss = await questions.ask({
    text: 'Open loss of one position, in dollars: closed',
    preset: String(Math.floor(-dayLoss * share * 100) / 100),
    understand: loss(dayLoss),
  })
  const limit = await questions.ask({
    text: 'Contracts at once, ten micros counting as one mini',
    preset: String(shipped.contracts),
    understand: contracts,
  })
  const listed = Object.entries(shipped.products).map(([root, count]) => `${root}:${count}`)
  const allowed = await questions.ask({
    text: 'Products with their contracts; others are closed at once',
    preset: listed.join(' '),
    understand: products,
  })
  return { dayLoss, positionLoss, contracts: limit, products: allowed }
}
