/** Character sets of MySQL 8 and MariaDB 10.11, as SHOW CHARACTER SET lists them. */
const CHARSETS = `
  armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk
  geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis
  utf16 utf16le utf32 utf8 utf8mb3 utf8mb4
`

const introducers: ReadonlySet<string> = new Set(
  CHARSETS.trim()
    .split(/\s+/)
    .map((name) => `_${name}`),
)

/** Whether an unquoted word, in lower case, says in which character set the string behind it is: `_utf8mb4'…'`. */
export const isIntroducer = (word: string): boolean => introducers.has(word)

/**
 * Character sets in which a byte below 128 can be a part of another character, or stand for another one than in ASCII:
 * a quote or a backslash in them may be none ("Character Sets and Collations in MySQL": sjis, cp932, big5, gbk and
 * gb18030 have second bytes from 0x40 on; swe7 has letters in the place of brackets).
 */
const UNSAFE: ReadonlySet<string> = new Set(
  'big5 cp932 gb18030 gbk sjis swe7 ucs2 utf16 utf16le utf32'.split(' '),
)

/** Whether every ASCII byte means ASCII in a client's character set, in lower case; a set that is not known is refused. */
export const isAsciiSafe = (charset: string): boolean =>
  introducers.has(`_${charset}`) && !UNSAFE.has(charset)
