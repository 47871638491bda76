import { Kind } from '../dialect/lexer/kind.ts'
import { Lexer } from '../dialect/lexer/lexer.ts'
import { unquote } from '../dialect/lexer/quoted.ts'
import type { MysqlModes } from '../dialect/modes.ts'

/**
 * The name that a LOAD DATA or LOAD XML gives its file, in the bytes in which the database asks for it; undefined where the
 * text names none. `latin1`: the statement's bytes, a character for each. A database whose `character_set_filesystem` makes
 * other bytes of it asks for another file than this, and gets none. Throws Unreadable.
 */
export function namedFile(latin1: string, modes: MysqlModes): Buffer | undefined {
  const lexer = new Lexer(latin1, modes)
  let named = false
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
    const token = latin1.slice(lexer.start, lexer.end)
    if (named) return kind === Kind.string ? bytesOf(token, modes) : undefined
    named = kind === Kind.word && token.toLowerCase() === 'infile'
  }
  return undefined
}

/** The servers take a name up to its first NUL. */
function bytesOf(quoted: string, modes: MysqlModes): Buffer {
  const [name = ''] = unquote(quoted, modes).split('\0', 1)
  return Buffer.from(name, 'latin1')
}
