import { suggest } from '@sluice/core/policy/nearest'
import type * as SchemaAST from 'effect/SchemaAST'
import type { Issue } from 'effect/SchemaIssue'

/** One thing a schema refuses, with the path as the YAML reader writes it. */
type SchemaProblem = { readonly path: string; readonly message: string }

/**
 * Puts the issues of a schema into our words. Works from the issue tree, not from its text, and never shows a value
 * (INVARIANT secrets-stay-out): somebody may have written a secret where none belongs.
 */
export const schemaProblems = (issue: Issue, ast: SchemaAST.AST, path = ''): readonly SchemaProblem[] => {
  switch (issue._tag) {
    case 'Pointer':
      return pointed(issue.path, issue.issue, ast, path)
    case 'Composite':
      return issue.issues.flatMap((inner) => schemaProblems(inner, issue.ast, path))
    case 'AnyOf': {
      // One member left means that its `type` fits: what it says is about that member.
      const [only, ...others] = issue.issues
      const inside = only !== undefined && others.length === 0 ? schemaProblems(only, issue.ast, path) : []
      if (inside.some((problem) => problem.path !== path)) return inside
      return [{ path, message: `must be ${what(issue.ast)}` }]
    }
    case 'Encoding':
      return schemaProblems(issue.issue, issue.ast, path)
    case 'Filter':
      return [{ path, message: `must be ${what(ast)}` }]
    case 'InvalidType':
      return [{ path, message: `must be ${what(issue.ast)}` }]
    case 'MissingKey':
      if (path.endsWith(']')) return [{ path, message: 'is missing; write at least one' }]
      return [{ path, message: `is missing; write ${what(ast)}` }]
    case 'UnexpectedKey':
      return [{ path, message: `unknown key; ${suggest(lastKey(path), keysOf(issue.ast))}` }]
    default:
      return [{ path, message: `must be ${what(ast)}` }]
  }
}

const pointed = (
  keys: readonly PropertyKey[],
  issue: Issue,
  ast: SchemaAST.AST,
  path: string,
): readonly SchemaProblem[] => {
  let at = path
  let inner = ast
  for (const key of keys) {
    at = typeof key === 'number' ? `${at}[${key}]` : at === '' ? String(key) : `${at}.${String(key)}`
    inner = below(inner, key) ?? inner
  }
  // An unknown key is refused by the map that it stands in.
  return schemaProblems(issue, issue._tag === 'UnexpectedKey' ? ast : inner, at)
}

const below = (ast: SchemaAST.AST, key: PropertyKey): SchemaAST.AST | undefined =>
  ast._tag === 'Objects' ? ast.propertySignatures.find((property) => property.name === key)?.type : undefined

const keysOf = (ast: SchemaAST.AST): readonly string[] =>
  ast._tag === 'Objects' ? ast.propertySignatures.map((property) => String(property.name)) : []

const what = (ast: SchemaAST.AST): string => {
  const annotations = ast.checks === undefined ? ast.annotations : ast.checks.at(-1)?.annotations
  const words = annotations?.['what']
  return typeof words === 'string' ? words : (kinds[ast._tag] ?? 'something else')
}

const kinds: Readonly<Record<string, string>> = {
  Objects: 'a map',
  Arrays: 'a list',
  String: 'a text',
  Boolean: '`true` or `false`',
}

const lastKey = (path: string): string => /[^.\]]*$/.exec(path)?.[0] ?? path
