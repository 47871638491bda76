/**
 * Encodings in which every byte below 0x80 means ASCII, so that the lexer and the database agree where a quote is.
 * PostgreSQL documentation, "Character Set Support": of its client encodings BIG5, GB18030, GBK, JOHAB, SHIFT_JIS_2004,
 * SJIS and UHC use such bytes inside characters and are refused.
 */
const safe =
  /^(utf_?8|unicode|sql_?ascii|latin[0-9]+|iso_?8859_?[0-9]+|win[0-9]+|koi8r?|koi8u|euc_?(cn|jp|kr|tw|jis_2004))$/

/** True for an encoding whose ASCII bytes always mean ASCII. */
export function isAsciiSafeEncoding(name: string): boolean {
  return safe.test(name.toLowerCase().replaceAll('-', '_'))
}
