import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'

/** Something in a text that looks like a secret; the text itself is never shown. */
export interface FoundSecret {
  /** From 1. */
  readonly line: number
  readonly what: string
}

const PRESET = '@secretlint/secretlint-rule-preset-recommend'

/** Looks for keys and tokens: by the shapes that services give theirs (secretlint), and by what stands behind a telling name and looks random. */
export async function findSecrets(file: string, content: string): Promise<readonly FoundSecret[]> {
  const { messages } = await lintSource({
    source: { content, filePath: file, ext: '', contentType: 'text' },
    options: { config: { rules: [{ id: PRESET, rule: creator }] }, maskSecrets: true },
  })
  const byShape = messages.map(({ loc, ruleId }) => ({
    line: loc.start.line,
    what: `it has the shape that ${ruleId.replace('@secretlint/secretlint-rule-', '')} knows`,
  }))
  return [...byShape, ...randomValues(content)]
}

/** A telling name, then `:` or `=`, then one word. */
const ASSIGNMENT =
  /(?:api_?key|secret|token|passw(?:or)?d|passphrase|authorization|credential|webhook_?url)s?["']?\s*[:=]\s*["']?(?:Bearer )?(?<value>[A-Za-z0-9+/_=-]{20,})(?![\w.(])/gi
const HEX = /^[0-9a-f]{32,}$/i

/** Of the key of a service nearly every character is another: more than 3.8 bits in each, and more than 3 where there are 16 characters only. */
const BITS_MIN = 3.8
const HEX_BITS_MIN = 3

function randomValues(content: string): readonly FoundSecret[] {
  return [...content.matchAll(ASSIGNMENT)].flatMap(({ index, groups }) => {
    const value = groups?.['value'] ?? ''
    const isMixed = /\d/.test(value) && /[A-Za-z]/.test(value)
    const bits = bitsPerCharacter(value)
    if (!isMixed || bits < (HEX.test(value) ? HEX_BITS_MIN : BITS_MIN)) return []
    const line = content.slice(0, index).split('\n').length
    return [
      {
        line,
        what: `${value.length} characters that look random, ${bits.toFixed(1)} bits in each, behind a telling name`,
      },
    ]
  })
}

/** Shannon's entropy of the characters. */
export function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const shares = [...counts.values()].map((count) => count / text.length)
  return shares.reduce((bits, share) => bits - share * Math.log2(share), 0)
}
