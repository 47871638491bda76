import { ProtocolViolation } from '@sluice/wire/violation'
import type { Naming } from '../dialect/lexer/naming.ts'

/**
 * Encodings in which every byte below 0x80 means ASCII, so that the gateway and the database agree where a quote is, by
 * every name that PostgreSQL has for them (src/common/encnames.c).
 */
const safe: ReadonlySet<string> = new Set(
  `
  utf8 unicode sqlascii
  latin1 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 latin10
  iso88591 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 iso885910 iso885913 iso885914
  iso885915 iso885916
  win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866 win874 win
  windows1250 windows1251 windows1252 windows1253 windows1254 windows1255 windows1256 windows1257 windows1258
  windows866 windows874 abc alt tcvn tcvn5712 vscii
  koi8 koi8r koi8u
  euccn eucjp euckr euctw eucjis2004
`
    .trim()
    .split(/\s+/),
)

/** Those that use such bytes inside characters: BIG5, GB18030, GBK, JOHAB, SJIS, SHIFT_JIS_2004, UHC; and MULE_INTERNAL. */
const unsafe: ReadonlySet<string> = new Set(
  `
  big5 win950 windows950 gb18030 gbk win936 windows936 johab
  sjis mskanji shiftjis win932 windows932 shiftjis2004 uhc win949 windows949
  muleinternal
`
    .trim()
    .split(/\s+/),
)

/** True for an encoding whose ASCII bytes always mean ASCII; false for one that is not known. */
export function isAsciiSafeEncoding(name: string): boolean {
  return safe.has(cleaned(name))
}

/** True for the name of an encoding that is not safe; false for what is no encoding's. */
export function isUnsafeEncoding(name: string): boolean {
  return unsafe.has(cleaned(name))
}

/** True for UTF8 by any name that the database has for it. */
export function isNamedUtf8(name: string): boolean {
  const folded = cleaned(name)
  return folded === 'utf8' || folded === 'unicode'
}

/** Letters' case and whatever is neither letter nor digit do not count (`clean_encoding_name`). */
function cleaned(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
}

/**
 * How a session's texts are read while the database has this `client_encoding`: as what they are, or byte by byte.
 * Throws ProtocolViolation (reason `encoding`) where they cannot be read safely.
 */
export function readingOf(encoding: string): 'utf8' | 'latin1' {
  if (isUtf8(encoding)) return 'utf8'
  if (isAsciiSafeEncoding(encoding)) return 'latin1'
  throw new ProtocolViolation(
    'client',
    'encoding',
    `client_encoding \`${encoding}\` cannot be read safely; use UTF8`,
  )
}

/** The database calls it `UNICODE` where a client did: the name that old drivers know (`check_client_encoding`). */
function isUtf8(encoding: string): boolean {
  return encoding === 'UTF8' || encoding === 'UNICODE'
}

/** Server encodings other than UTF8 that the gateway's UTF-8 is converted to and from without loss. */
const servers: Readonly<Record<Exclude<Naming, 'utf8' | 'bytes' | 'unknown'>, ReadonlySet<string>>> = {
  'single-byte': new Set(
    `
    LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8
    WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 WIN1257 WIN1258 WIN866 WIN874 KOI8R KOI8U
  `
      .trim()
      .split(/\s+/),
  ),
  'multi-byte': new Set(['EUC_CN', 'EUC_JP', 'EUC_JIS_2004', 'EUC_KR', 'EUC_TW']),
}

/**
 * How a database in the one encoding keeps the names of texts that come in the other, each as the server calls it. Of a
 * text that is read byte by byte the names are its own in LATIN1 alone, which Unicode begins with; without conversion,
 * in SQL_ASCII, they are those of UTF-8 alone.
 */
export function namingOf(server: string | undefined, client: string): Naming {
  const utf8 = isUtf8(client)
  if (!utf8 && client !== 'LATIN1') return 'unknown'
  if (server === 'UTF8') return 'utf8'
  if (server === 'SQL_ASCII') return utf8 ? 'bytes' : 'unknown'
  if (servers['single-byte'].has(server ?? '')) return 'single-byte'
  return servers['multi-byte'].has(server ?? '') ? 'multi-byte' : 'unknown'
}
