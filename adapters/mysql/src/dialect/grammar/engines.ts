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

/** `ENGINE [=] name`: without the sign it may also be a column of that name, before its type. */
export const engine = (t: Tokens): void => {
  const sure = t.take('=')
  const { kind, word, text } = t.peek()
  const name = kind === Kind.quoted ? foldName(text.slice(1, -1)) : word
  if (sure ? !inside.has(name) : elsewhere.has(name) || kind === Kind.string) throw unknownEngine()
}

/** What is not read of a table that may be anywhere. */
export const unknownEngine = (): Unreadable =>
  new Unreadable(
    'a table is of an engine that may keep it outside the database; name one that does not, without quotes',
  )
