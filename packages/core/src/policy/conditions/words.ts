import { OF_FUNCTION } from '../../analysis/effects.ts'
import type { ColumnRole, Effect, TableFact } from '../../analysis/facts.ts'
import type { Principal } from '../principal.ts'

const wordsOf = <Word extends string>(words: Readonly<Record<Word, true>>): readonly string[] =>
  Object.keys(words)

/** The words that a field can be, or hold, where there are no others: by `Type.field` of `conditionTypes`. */
export const closedWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['Principal.kind', wordsOf<Principal['kind']>({ human: true, workload: true, agent: true })],
  ['Table.access', wordsOf<TableFact['access'][number]>({ read: true, write: true })],
  [
    'StatementColumn.roles',
    wordsOf<ColumnRole>({
      output: true,
      predicate: true,
      join: true,
      order: true,
      group: true,
      assignment: true,
    }),
  ],
  ['Function.effect', Object.keys(OF_FUNCTION)],
  // The last is what statements are explained for.
  ['Database.system', ['postgresql', 'mysql', 'mariadb', 'microsoft.sql_server']],
  [
    'Statement.effects',
    wordsOf<Effect>({
      read: true,
      write: true,
      ddl: true,
      dcl: true,
      session: true,
      admin: true,
      file: true,
      network: true,
      program: true,
      unknown: true,
    }),
  ],
])

/** Words that a verb begins with, and never is: what is made, changed or dropped comes with them. */
export const openingWords: readonly string[] = ['create', 'alter', 'drop', 'comment', 'refresh', 'import']

/** What statements begin with, and verbs are not. */
export const longerVerbs: ReadonlyMap<string, string> = new Map([
  ['truncate table', 'truncate'],
  ['delete from', 'delete'],
  ['insert into', 'insert'],
  ['merge into', 'merge'],
])
