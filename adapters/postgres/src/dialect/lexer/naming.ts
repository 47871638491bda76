import { Unreadable } from '@sluice/reading/unreadable'
import { foldCase } from './identifier.ts'

/**
 * How the server keeps names beyond ASCII. `utf8`: as `foldCase` and `truncateName` have it. `single-byte`: its locale
 * folds letters, and a character is one byte. `multi-byte`: letters stay, and a character is two to four bytes. `bytes`:
 * it takes each byte of UTF-8 for a letter of its locale. `unknown`: its names are not those that the gateway reads.
 */
export type Naming = 'utf8' | 'single-byte' | 'multi-byte' | 'bytes' | 'unknown'

/**
 * The longest name, in bytes of UTF-8, that the server does not cut. What is two bytes in UTF-8 is three at most in the
 * multi-byte encodings, and what is three is four. To the others its characters are converted one to one, but for U+00A6
 * and U+FFE4, which are one in EUC_JP.
 */
const UNCUT_BYTES = { 'single-byte': 63, bytes: 63, 'multi-byte': 42 } as const

/**
 * INVARIANT (no-unproven-column): two names are one exactly where they are one to the server. Throws Unreadable for a name
 * of which that is not certain; `written` is as it stands in the text, without its quotes.
 */
export const checkName = (written: string, quoted: boolean, naming: Naming): void => {
  if (naming === 'utf8' || !/[\u0080-\uffff]/.test(written)) return
  if (naming === 'unknown')
    throw new Unreadable(
      'names beyond ASCII are not certain in these encodings of the session and the database; use client_encoding UTF8, or names in ASCII',
    )
  if (!quoted && folds(written, naming))
    throw new Unreadable(
      'the locale of the database decides how a name beyond ASCII is folded; write it in double quotes',
    )
  if (naming === 'multi-byte' && /[\u00a6\uffe4]/.test(written))
    throw new Unreadable(
      'two characters of Unicode are one in the encoding of the database; use another name',
    )
  if (Buffer.byteLength(written) > UNCUT_BYTES[naming])
    throw new Unreadable('a name beyond ASCII may be cut in the encoding of the database; use a shorter one')
}

const folds = (written: string, naming: Naming): boolean =>
  naming === 'bytes' || (naming === 'single-byte' && written.toLowerCase() !== foldCase(written))
