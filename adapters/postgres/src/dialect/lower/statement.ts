import type { Statement } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node } from 'libpg-query'
import { type Context, open, type RowSource } from './context.ts'
import { dclRules } from './dcl.ts'
import { codeRules } from './ddl-code.ts'
import { objectRules } from './ddl-object.ts'
import { simpleRules } from './ddl-simple.ts'
import { tableRules } from './ddl-table.ts'
import type { Rules } from './expression.ts'
import { serverRules } from './server.ts'
import { sessionRules } from './session.ts'
import { lowerDelete, lowerInsert, lowerMerge, lowerUpdate } from './write.ts'

const rowSources: Rules<RowSource> = {
  SelectStmt: (body, context) => context.query({ SelectStmt: body }),
  InsertStmt: lowerInsert,
  UpdateStmt: lowerUpdate,
  DeleteStmt: lowerDelete,
  MergeStmt: lowerMerge,
}

const rules: Rules<Statement> = {
  ...rowSources,
  ...tableRules,
  ...objectRules,
  ...codeRules,
  ...simpleRules,
  ...dclRules,
  ...sessionRules,
  ...serverRules,
}

const apply = <T>(table: Rules<T>, node: Node, context: Context, what: string): T => {
  const { kind, body } = open(node)
  if (!Object.hasOwn(table, kind)) throw new Unreadable(`the ${what} \`${kind}\` is not known`)
  // The table pairs each kind with a rule for its own body.
  return (table[kind] as (body: object, context: Context) => T)(body, context)
}

/** A query or a statement that changes rows. */
export const lowerRowSource = (node: Node, context: Context): RowSource =>
  apply(rowSources, node, context, 'query')

/** Any statement. */
export const lowerStatement = (node: Node, context: Context): Statement =>
  apply(rules, node, context, 'statement')
