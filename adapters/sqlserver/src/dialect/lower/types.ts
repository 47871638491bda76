import type { Name } from '@sluice/core/statement/node'
import { Kind } from '../lexer/kind.ts'
import type { Cursor } from './cursor.ts'

/** The schema under which the system's own functions and types are known. */
export const systemSchema = 'sys'

const twoWords: ReadonlySet<string> = new Set(['double', 'national', 'char', 'character', 'varchar', 'nchar'])

/** A data type: `int`, `nvarchar(max)`, `decimal(10, 2)`, `dbo.phone`, `xml(c)`. */
export const readType = (c: Cursor): Name => {
  if (c.takeAll('double', 'precision')) return [systemSchema, 'float']
  if (c.take('national')) {
    c.name()
    c.take('varying')
  } else if (c.isOneOf(twoWords) && c.is('varying', 1)) c.at += 2
  else return arguments_(c, named(c.path()))
  return arguments_(c, [systemSchema, 'nvarchar'])
}

const named = (path: readonly string[]): Name => (path.length === 1 ? [systemSchema, ...path] : path)

const arguments_ = (c: Cursor, name: Name): Name => {
  if (!c.takeSign('(')) return name
  c.list(() => {
    if (c.peek().kind === Kind.number) c.next()
    else {
      c.take('content')
      c.take('document')
      if (!c.isSign(')') && !c.isSign(',')) c.path()
    }
  })
  c.expectSign(')')
  return name
}
