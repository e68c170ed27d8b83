import { ContractId, type ContractSpec, productOf, rootOf, usd } from '@rm/domain'
import { availableContractsRequest, contractsReply, loginKeyRequest, loginReply, restRoutes } from '@rm/sdk-bridge/wire'
import type { Rehearsal } from './rehearsal.ts'

const USD_SCALE = 10_000

/** The front months of the simulated gateway, asked of it by REST as anybody would. */
export async function listedContracts({ environment }: Rehearsal): Promise<readonly ContractSpec[]> {
  const { SIM_API_URL: url = '', PROJECTX_USERNAME: userName = '', PROJECTX_API_KEY: apiKey = '' } = environment
  const login = loginReply.parse(await post(url, restRoutes.loginKey.path, loginKeyRequest.parse({ userName, apiKey })))
  const token = login.token ?? ''
  const body = availableContractsRequest.parse({ live: false })
  const { contracts } = contractsReply.parse(await post(url, restRoutes.availableContracts.path, body, token))
  if (contracts === null || contracts === undefined) throw new Error('the simulated gateway lists no contracts')
  return contracts.map(({ id, name, tickSize, tickValue, activeContract }) => ({
    id: ContractId.parse(id),
    name,
    product: productOf(id),
    root: rootOf(name),
    tickSize,
    tickValue: usd(Math.round(tickValue * USD_SCALE)),
    active: activeContract,
  }))
}

/** The front month of a root. Throws when the simulated gateway lists none. */
export async function frontMonth(rehearsal: Rehearsal, root: string): Promise<ContractId> {
  const contract = (await listedContracts(rehearsal)).find((one) => one.root === root)
  if (contract === undefined) throw new Error(`the simulated gateway lists no contract of ${root}`)
  return contract.id
}

async function post(url: string, route: string, body: object, token?: string): Promise<unknown> {
  const answer = await fetch(`${url}${route}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the simulated gateway answered ${route} with ${answer.status}`)
  return answer.json()
}
