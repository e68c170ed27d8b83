import { ChannelFault, postJson } from '@rm/alerts'
import { isLoopback, Secret } from '@rm/config'
import type { SlackMessage } from './slack-message.ts'

/** The variable with the address of the incoming webhook. The address is a credential, so no option takes it. */
export const WEBHOOK_VARIABLE = 'VALIDATION_SLACK_WEBHOOK'

const DEADLINE_MS = 10_000

/** The webhook of an environment, or what is wrong with it. */
export type FoundWebhook =
  | { readonly ok: true; readonly webhook: Secret }
  | { readonly ok: false; readonly why: string }

/** Looks for the address before anything is run, so that nobody waits for minutes to hear that it is missing. */
export function findWebhook(environment: Readonly<Record<string, string | undefined>>): FoundWebhook {
  const written = environment[WEBHOOK_VARIABLE] ?? ''
  if (written === '') return { ok: false, why: `${WEBHOOK_VARIABLE} is not set; give it the address of the webhook` }
  const url = URL.canParse(written) ? new URL(written) : null
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)))
  if (isSafe) return { ok: true, webhook: new Secret(written) }
  return { ok: false, why: `${WEBHOOK_VARIABLE} is no https address; give it the address as Slack shows it` }
}

/**
 * Posts a message once: who is told late of a validation needs no second try.
 *
 * @returns why it was not delivered, without the address; `null`: Slack has it
 */
export async function tellSlack(webhook: Secret, message: SlackMessage): Promise<string | null> {
  try {
    await postJson({ url: new URL(webhook.reveal()), body: message, authorization: null, deadlineMs: DEADLINE_MS })
    return null
  } catch (error) {
    if (error instanceof ChannelFault) return error.message
    throw error
  }
}
