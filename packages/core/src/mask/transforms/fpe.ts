// NIST SP 800-38G: "FF1"
import { createHmac } from 'node:crypto'
import { FF1 } from '@noble/ciphers/ff1.js'
import { type Alphabet, alphabets } from '../transform.ts'
import { REVEALS_NULLNESS, type SpecOf, type TextTransform, type TransformDefinition } from './definition.ts'
import { REDACTED } from './redact.ts'

/** The fewest values a text's place must have among: NIST SP 800-38G Rev. 1, "Parameters", radix^minlen. */
const FPE_DOMAIN_LEAST = 1_000_000

/** The most characters of the alphabet that are encrypted; a value with more is redacted. */
export const FPE_LENGTH_LIMIT = 256

/** What may stand between the characters of a number: it stays where it is. */
const SEPARATOR = /[ .,/()+_:-]/

/**
 * Every character of the alphabet becomes another by FF1, so that the value keeps its shape and equal values stay
 * equal: `123-45-6789` becomes `804-11-2936`. A value that is too short to be safe, or has other characters than the
 * alphabet and separators, is redacted.
 */
export const fpe: TransformDefinition<SpecOf<'fpe'>> = {
  kind: 'fpe',
  reveals: () => ({ ...REVEALS_NULLNESS, equality: true, length: true }),
  compile: ({ alphabet }, key) => {
    const encrypt = alphabetCipher(alphabet, key)
    return (text) => rewritten(text, alphabets[alphabet], encrypt) ?? REDACTED
  },
}

/** Encrypts characters of the alphabet; null where there are too few or too many. Throws for an empty key. */
export const alphabetCipher = (alphabet: Alphabet, key: Uint8Array): TextTransform => {
  if (key.length === 0) throw new Error('the masking key is empty: set a masking key of at least 32 bytes')
  const characters = alphabets[alphabet]
  // A key of its own, so that nothing that `hash` shows is of any use against it.
  const cipher = FF1(characters.length, createHmac('sha256', key).update(`sluice ff1 ${alphabet}`).digest())
  const least = Math.ceil(Math.log(FPE_DOMAIN_LEAST) / Math.log(characters.length) - 1e-9)
  return (text) => {
    if (text.length < least || text.length > FPE_LENGTH_LIMIT) return null
    const places = Array.from(text, (character) => characters.indexOf(character))
    return cipher
      .encrypt(places)
      .map((place) => characters[place])
      .join('')
  }
}

const rewritten = (text: string, characters: string, encrypt: TextTransform): string | null => {
  if (text.length > FPE_LENGTH_LIMIT * 2) return null
  let inside = ''
  for (const character of text) {
    if (characters.includes(character)) inside += character
    else if (!SEPARATOR.test(character)) return null
  }
  const made = encrypt(inside)
  if (made === null) return null
  let at = 0
  return Array.from(text, (character) => (characters.includes(character) ? made[at++] : character)).join('')
}
