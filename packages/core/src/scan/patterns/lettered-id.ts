import { DIGIT, is, skipBack, spaceAt, spaceBefore, UPPER, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

/** The longest of them: an Italian fiscal code, which begins with six letters. */
const LENGTH_MOST = 16
const LETTERS_MOST = 6
/** The shortest. */
const NINO_LENGTH = 9

/** Tells whether a word of upper-case letters and digits is a number of a person. */
type Check = (word: string) => boolean

const LETTERS_ES = 'TRWAGMYFPDXBNJZSQVHLCKE'

/** Spain: DNI and NIE. Real Decreto 1553/2005; the letter is the number modulo 23. */
const spain: Check = (word) =>
  /^(?:\d{8}|[XYZ]\d{7})[A-Z]$/.test(word) &&
  LETTERS_ES[Number(word.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)))) % 23] ===
    word.at(-1)

/** United Kingdom: National Insurance number. HMRC, NIM39110: letters that are never given out. */
const unitedKingdom: Check = (word) =>
  /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(word) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(word)

/** India: permanent account number. The fourth letter is the kind of holder: `P` a person. */
const india: Check = (word) => /^[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]$/.test(word)

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

/** Italy: fiscal code. Decreto 23 dicembre 1976; the last letter checks the others. */
const italy: Check = (word) => {
  if (!/^[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z]$/.test(word)) return false
  let sum = 0
  for (const [index, character] of Array.from(word.slice(0, 15)).entries()) {
    const value = Number.parseInt(character, 36) - (character > '9' ? 10 : 0)
    sum += index % 2 === 0 ? (ODD[value] ?? 0) : value
  }
  return String.fromCharCode(65 + (sum % 26)) === word.at(-1)
}

const checks: readonly Check[] = [spain, unitedKingdom, india, italy]

/** National ids with letters in them: ES DNI and NIE, UK NINO (also in groups of two), IN PAN, IT fiscal code. */
export const letteredId: Pattern = {
  id: 'lettered-id',
  label: 'pii.national-id',
  anchors: '0123456789',
  find: (bytes, at, span) => {
    const spaced = spacedFrom(bytes, at)
    const from = spaced ?? skipBack(bytes, at, UPPER, LETTERS_MOST)
    // Without letters before them only eight digits and a letter are one.
    if (from === at && !(is(bytes, at + 7, DIGIT) && is(bytes, at + 8, UPPER))) return false
    if (is(bytes, from - 1, WORD)) return false
    let word = ''
    let to = from
    const longest = spaced === undefined ? LENGTH_MOST + 1 : NINO_LENGTH
    while (word.length < longest) {
      if (spaced !== undefined) to += spaceAt(bytes, to)
      if (!is(bytes, to, DIGIT | UPPER)) break
      word += String.fromCharCode(bytes[to++] ?? 0)
    }
    if (word.length < NINO_LENGTH || is(bytes, to, WORD) || !checks.some((check) => check(word))) return false
    span.from = from
    span.to = to
    return true
  },
}

/** Where two letters and a space stand before two digits and a space. */
const spacedFrom = (bytes: Uint8Array, at: number): number | undefined => {
  const width = spaceBefore(bytes, at)
  const letters = at - width - 2
  const isSpaced =
    width > 0 &&
    is(bytes, letters, UPPER) &&
    is(bytes, letters + 1, UPPER) &&
    !is(bytes, letters - 1, WORD) &&
    spaceAt(bytes, at + 2) > 0
  return isSpaced ? letters : undefined
}
