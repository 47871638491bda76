/** Classes of characters (my_lex_states of MySQL's character sets), as bits over ASCII. */
const SPACE = 1
const IDENT = 2
const DIGIT = 4
const MARK = 8
const OPERATOR = 16
const SECOND = 32
const COMMENT = 64

const table = new Uint8Array(128)
const mark = (chars: string, bits: number) => {
  for (const char of chars) table[char.charCodeAt(0)]! |= bits
}
mark(' \t\n\r\f\v', SPACE)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$', IDENT)
mark('0123456789', IDENT | DIGIT)
mark('(){},;.', MARK)
mark('+-*/%&|^~!<>=:', OPERATOR)
mark('=<>&|', SECOND)
mark('#-/*', COMMENT)

const has = (code: number, bits: number): boolean => code < 128 && (table[code]! & bits) !== 0

/** Whitespace between tokens. */
export const isSpace = (code: number): boolean => has(code, SPACE)
/** What a comment may begin with, or end. */
export const mayComment = (code: number): boolean => has(code, COMMENT)
/** One of `( ) { } , ; .`. */
export const isMark = (code: number): boolean => has(code, MARK)
/** What an operator may begin with. */
export const isOperator = (code: number): boolean => has(code, OPERATOR)
/** What the second character of an operator may be. */
export const isSecond = (code: number): boolean => has(code, SECOND)
/** `0` to `9`. */
export const isDigit = (code: number): boolean => has(code, DIGIT)
/**
 * Everything beyond ASCII may be in an identifier, but for the no-break space, which is whitespace where the client's character
 * set is latin1. False for NaN, the end of a text.
 */
export const isIdent = (code: number): boolean => (code >= 128 && code !== 0xa0) || has(code, IDENT)
/** What ends the `--` that opens a comment: a space or a control character, or the end of the text. */
export const opensLineComment = (code: number): boolean => Number.isNaN(code) || code <= 32 || code === 127
