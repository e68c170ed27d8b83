import { EmbeddedGateway } from '@rm/runtime-pack'
import { GATEWAY_SIM, SIMULATOR_CONFIG } from './program-files.ts'

/** A configuration, and what its daemon needs in the environment beside what is there. */
export interface ChosenGateway extends AsyncDisposable {
  readonly configDirectory: string
  readonly environment: Readonly<Record<string, string>>
}

/** The gateway of a configuration, or a simulated one that is started for the command. */
export async function chosenGateway(config: string | undefined): Promise<ChosenGateway> {
  if (config !== undefined)
    return { configDirectory: config, environment: {}, [Symbol.asyncDispose]: () => Promise.resolve() }
  const gateway = await EmbeddedGateway.start({ entry: GATEWAY_SIM, scenario: 'practice-day', seed: 1 })
  return {
    configDirectory: SIMULATOR_CONFIG,
    environment: gateway.environment,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}
