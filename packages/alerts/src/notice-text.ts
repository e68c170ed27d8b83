import type { Notice } from './channel.ts'

/** One line: how bad, what it is about, and what happened. */
export function headline({ kind, severity, code, account, text }: Notice): string {
  const about = account === null ? code : `${code}, account ${account}`
  return `${LEADS[kind]}${severity.toUpperCase()} ${about}: ${text}`
}

const LEADS: Readonly<Record<Notice['kind'], string>> = {
  begun: '',
  update: 'News of ',
  again: 'Still ',
  over: 'Over: ',
  test: 'Test: ',
}

/** What stands below the headline. */
export function particulars({ details, id, begunAt, seenCount }: Notice): string {
  const often = seenCount > 1 ? `, noticed ${seenCount} times` : ''
  return [...details, `incident ${id}, since ${begunAt}${often}`].join('\n')
}

/** All of several notices as plain text, each cut to a length that its channel can take. */
export function plainText(notices: readonly Notice[], charactersMax: number): string {
  return notices.map((notice) => cut(`${headline(notice)}\n${particulars(notice)}`, charactersMax)).join('\n\n')
}

export function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`
}
