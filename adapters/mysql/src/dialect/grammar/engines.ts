import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { foldName } from '../names.ts'
import type { Tokens } from './tokens.ts'

/** Engines whose tables hold their rows in the database itself. */
const inside: ReadonlySet<string> = new Set(
  'archive aria blackhole columnstore csv example heap innodb memory merge mrg_myisam myisam ndb ndbcluster rocksdb sequence tokudb'.split(
    ' ',
  ),
)
/** Those of which it is known that they do not: their names cannot be taken for a column's type. */
const elsewhere: ReadonlySet<string> = new Set(
  'cassandra connect federated federatedx hashicorp lakehouse mroonga oqgraph s3 sphinx spider'.split(' '),
)

/** Whether an engine, in lower case, keeps the rows of its tables in the database. */
export const keepsRowsInside = (name: string): boolean => inside.has(name)

/**
 * `ENGINE [=] name`: without the sign it may also be a column of that name, before its type. In a string it is read with
 * the literals (`canonical/shape.ts`).
 */
export const engine = (t: Tokens): void => {
  const sure = t.take('=') || t.peek().kind === Kind.string
  const name = nameNext(t)
  if (sure ? !inside.has(name) : elsewhere.has(name)) throw unknownEngine()
}

/** The name that stands next, in lower case. What may be a column's type is not consumed. */
const nameNext = (t: Tokens): string => {
  const { kind, word, text } = t.peek()
  if (kind === Kind.string) return t.literals ? foldName(t.string()) : ''
  return kind === Kind.quoted ? foldName(text.slice(1, -1)) : word
}

/** What is not read of a table that may be anywhere. */
export const unknownEngine = (): Unreadable =>
  new Unreadable('a table is of an engine that may keep it outside the database; name one that does not')
