import { expressionRule } from './expression.ts'
import { fromRule } from './from.ts'
import { queryRule } from './query.ts'
import type { Rules } from './rules.ts'
import { bodyRule, statementRule, statementsRule } from './statement.ts'

/** Transact-SQL's grammar, as far as it is read. */
export const grammar: Rules = {
  expression: expressionRule,
  query: queryRule,
  from: fromRule,
  statement: statementRule,
  statements: statementsRule,
  body: bodyRule,
}
