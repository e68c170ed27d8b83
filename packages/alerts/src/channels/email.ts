import type { ChannelSettings } from '@rm/config'
import { type Channel, ChannelFault, type Notice } from '../channel.ts'
import { cut, headline, plainText } from '../notice-text.ts'

/** Mail by SMTP. A certificate that does not fit is refused, and so is a server that does not encrypt when it should. */
export function email(settings: ChannelSettings['email']): Channel {
  const { host, port, security, username, password, from, to, minSeverity } = settings
  const send = async (notices: readonly Notice[], deadlineMs: number): Promise<void> => {
    // Loaded when the first mail is sent: the start of the daemon has no time for it.
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(username === null ? {} : { auth: { user: username, pass: password?.reveal() ?? '' } }),
      tls: { rejectUnauthorized: true },
      connectionTimeout: deadlineMs,
      greetingTimeout: deadlineMs,
      socketTimeout: deadlineMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const late = Promise.withResolvers<never>()
    const tooLate = new ChannelFault(`${host}:${port} did not take the mail within ${deadlineMs} ms`)
    const deadline = setTimeout(() => late.reject(tooLate), deadlineMs)
    try {
      await Promise.race([transport.sendMail(mail(notices, from, to)), late.promise])
    } catch (error) {
      if (error instanceof ChannelFault) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new ChannelFault(`${host}:${port} did not take the mail: ${reason}`, null, { cause: error })
    } finally {
      clearTimeout(deadline)
      transport.close()
    }
  }
  return { name: 'email', minSeverity, noticesMax: 50, send }
}

const SUBJECT_MAX = 160
const CHARACTERS_MAX = 8_000

function mail(notices: readonly Notice[], from: string, to: readonly string[]) {
  const [first] = notices
  const more = notices.length > 1 ? ` (and ${notices.length - 1} more)` : ''
  return {
    from,
    to: [...to],
    subject: `[risk-manager] ${cut(first === undefined ? '' : headline(first), SUBJECT_MAX)}${more}`,
    text: plainText(notices, CHARACTERS_MAX),
  }
}
