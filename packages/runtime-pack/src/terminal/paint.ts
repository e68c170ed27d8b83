import { styleText } from 'node:util'

/** Columns of every table and text. */
export const WIDTH = 80

/** Colours of this process's terminal: none with NO_COLOR, none in a pipe. */
export function paint(format: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string): string {
  return styleText(format, text, { stream: process.stdout })
}
