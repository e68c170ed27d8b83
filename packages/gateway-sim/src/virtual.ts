/*
 * The exchange on virtual time, without a network: what the engine's own tests and the simulation of the whole program plug into the ports
 * of the engine. It fits them by structure, so that nothing here imports the engine.
 */
export type { ExchangeKnobs } from './exchange/knobs.ts'
export { SeededDice } from './exchange/seeded-dice.ts'
export {
  type CommandFate,
  type Delays,
  type EventFate,
  type SentCommand,
  VirtualGateway,
  type VirtualGatewayPort,
} from './virtual/virtual-gateway.ts'
export { VirtualTime } from './virtual/virtual-time.ts'
export { isTrading } from './exchange/session.ts'
export { contractOf, orderOf } from './virtual/wire-to-domain.ts'
