import { styleText } from 'node:util'

/** How text for a person looks. */
export interface TextStyle {
  readonly color: boolean
  readonly width: number
}

/** Of standard output; NO_COLOR is honoured. */
export function style(): TextStyle {
  return { color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined, width: 80 }
}

/** Red is lost or forbidden, yellow wants attention, green is as it should be. */
export function painted(
  text: string,
  color: 'red' | 'yellow' | 'green' | 'bold' | 'dim',
  { color: isOn }: TextStyle,
): string {
  return isOn ? styleText(color, text, { validateStream: false }) : text
}
