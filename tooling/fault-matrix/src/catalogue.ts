import { configuration, hostileUser, manyAccounts, processAndHost, time } from './catalogue/host.ts'
import { authentication, gatewayRest } from './catalogue/gateway-rest.ts'
import { storage } from './catalogue/storage.ts'
import { enforcement, streams } from './catalogue/streams.ts'
import type { FaultRow } from './fault-row.ts'

export interface CatalogueSection {
  readonly title: string
  readonly rows: Readonly<Record<string, FaultRow>>
}

/** The fault catalogue, by section and id. An id is for ever: tests carry it in their names. */
export const catalogue: readonly CatalogueSection[] = [
  { title: 'Gateway REST', rows: gatewayRest },
  { title: 'Login and token', rows: authentication },
  { title: 'Streams', rows: streams },
  { title: 'State and disk', rows: storage },
  { title: 'Time', rows: time },
  { title: 'Configuration', rows: configuration },
  { title: 'Process and host', rows: processAndHost },
  { title: 'Enforcement', rows: enforcement },
  { title: 'Many accounts', rows: manyAccounts },
  { title: 'Hostile user', rows: hostileUser },
]

/** An id as it stands in the name of a test. */
export const FAULT_ID = /\b[GARDTCPEMX]-\d\d\b/g
