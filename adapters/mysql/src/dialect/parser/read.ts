import type { Statement } from '@sluice/core/statement/command'
import { type AnyNode, children } from '@sluice/core/statement/walk'
import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { canonicalStatements } from '../canonical/canonical.ts'
import { readExpression } from '../grammar/expression.ts'
import { readQuery } from '../grammar/query.ts'
import { readStatement } from '../grammar/statement.ts'
import { type Rules, Tokens } from '../grammar/tokens.ts'
import { checkWithNames } from '../grammar/with-names.ts'
import type { MysqlModes } from '../modes.ts'
import { agree } from '../witness/agree.ts'

/** What crosses to the parser's thread: `CanonicalStatement.text`, and the modes for texts inside it. */
export type Source = { readonly text: string; readonly modes: MysqlModes }

const rules: Rules = { expression: readExpression, query: readQuery, statement: readStatement }

/** The longest path down a tree. Without recursion, so that no tree is too deep to be measured. */
const depthOf = (root: AnyNode): number => {
  let depth = 0
  for (let level: AnyNode[] = [root]; level.length > 0; level = level.flatMap(children)) depth++
  return depth
}

/** Reads one canonical statement into the neutral tree. Throws Unreadable. */
export const read = ({ text, modes }: Source, treeDepth: number, inner = false): Statement => {
  const tokens = new Tokens(text, treeDepth, rules, (prepared) =>
    readInner(prepared, modes, treeDepth, inner),
  )
  const made = readStatement(tokens)
  if (depthOf(made) > treeDepth) throw new Unreadable('the statement is over the limit `treeDepth`')
  checkWithNames(made)
  for (const part of tokens.parts) agree(part)
  return made
}

/** The one statement of a constant text that PREPARE or EXECUTE IMMEDIATE names. */
const readInner = (text: string, modes: MysqlModes, treeDepth: number, nested: boolean): Statement => {
  if (nested) throw new Unreadable('a prepared text prepares another')
  const [only, ...more] = canonicalStatements(text, modes, defaultLimits)
  if (only === undefined || more.length > 0) throw new Unreadable('a prepared text is not one statement')
  return read({ text: only.text, modes }, treeDepth, true)
}
