import { z } from 'zod'
import type { Rehearsal } from './rehearsal.ts'

const Login = z.object({ token: z.string() })
const Contracts = z.object({ contracts: z.array(z.object({ id: z.string(), activeContract: z.boolean() })) })

/** The month of a product that is traded on the rehearsed day, asked for as every client of the gateway does. */
export async function listedContract({ environment }: Rehearsal, product: string): Promise<string> {
  const { SIM_API_URL: url = '', PROJECTX_USERNAME: userName, PROJECTX_API_KEY: apiKey } = environment
  const { token } = Login.parse(await post(`${url}/api/Auth/loginKey`, { userName, apiKey }, {}))
  const headers = { authorization: `Bearer ${token}` }
  const found = await post(`${url}/api/Contract/search`, { searchText: product, live: false }, headers)
  const contract = Contracts.parse(found).contracts.find(({ activeContract }) => activeContract)
  if (contract === undefined) throw new Error(`the simulated gateway lists no contract of ${product}`)
  return contract.id
}

async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return answer.json()
}
