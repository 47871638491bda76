const SPACE = 1
/** Character classes of PostgreSQL's scanner (scan.l, the definitions section), as bits over ASCII. */
export const NEWLINE = 2
export const IDENT_START = 4
export const IDENT_CONT = 8
export const DIGIT = 32
export const OPERATOR = 64
/** Characters that are a token by themselves, whatever follows. */
export const MARK = 16
/** Operator characters that let a multi-character operator end in `+` or `-`. */
export const STICKY = 128

const table = new Uint8Array(128)
const mark = (chars: string, bits: number) => {
  for (const char of chars) table[char.charCodeAt(0)]! |= bits
}
mark(' \t\n\r\f\v', SPACE)
mark('\n\r', NEWLINE)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', IDENT_START | IDENT_CONT)
mark('0123456789', DIGIT | IDENT_CONT)
mark('(),;[]', MARK)
mark('$', IDENT_CONT)
mark('~!@#^&|`?+-*/%<>=', OPERATOR)
mark('~!@#^&|`?%', STICKY)

/** Class bits of every code unit, for loops over characters that are known to be there. */
export const classes = new Uint8Array(0x10000).fill(IDENT_START | IDENT_CONT)
classes.set(table)

/** Class bits of a code unit; everything beyond ASCII may start and continue an identifier. NaN (the end) is 0. */
export const classOf = (code: number): number =>
  code < 128 ? table[code]! : code >= 128 ? IDENT_START | IDENT_CONT : 0

/** White space as scan.l has it. */
export const isSpace = (code: number): boolean => (classOf(code) & SPACE) !== 0
/** A decimal digit. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
/** A hexadecimal digit. */
export const isHexDigit = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
