/** The most words of a name that are looked at. */
const WORD_LIMIT = 16
/** The most characters of a name that are looked at: more than any database allows. */
const NAME_LIMIT = 256

const DIACRITICS = /\p{M}+/gu
const BORDERS =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})|[^\p{L}\p{N}]+/u

/** The words of a name in any of the usual spellings, lower case, without accents: `fechaNacimiento` → fecha, nacimiento. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .slice(0, NAME_LIMIT)
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .split(BORDERS)
    .filter((word) => word !== '')
    .slice(0, WORD_LIMIT)
    .map((word) => word.toLowerCase())

/** The word without the plural's ending, as far as an ending tells: `addresses` → address, `cities` → city. */
export const singular = (word: string): string => {
  if (word.length < 4) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return /[^suio]s$/.test(word) || word.endsWith('os') ? word.slice(0, -1) : word
}
