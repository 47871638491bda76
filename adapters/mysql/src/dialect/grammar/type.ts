import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import type { Tokens } from './tokens.ts'

/** Words that may follow a type's first word and change nothing of what can be in a value. */
const more: ReadonlySet<string> = new Set(
  'unsigned signed zerofill integer int precision varying byte unicode ascii binary compressed large object varchar character char varbinary'.split(
    ' ',
  ),
)

/** Reads a type with its length and character set; its first word. */
export const columnType = (t: Tokens): string => {
  const { kind, word } = t.next()
  if (kind !== Kind.word) throw new Unreadable('a type was expected')
  for (;;) {
    if (t.is('(')) t.skipParentheses()
    else if (t.isAny(more) && !t.is('character', 'set') && !t.is('char', 'set')) t.at++
    else if (t.take('character', 'set') || t.take('char', 'set') || t.take('charset')) t.next()
    else if (t.is('collate')) t.at += 2
    else return word
  }
}
