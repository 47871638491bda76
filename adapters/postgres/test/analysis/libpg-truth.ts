/** The tables a statement touches, sorted, each as `schema.name`. */
export type Touched = { readonly read: readonly string[]; readonly written: readonly string[] }

type Node = Record<string, unknown>

const STATEMENTS = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/**
 * Written from libpg's tree alone, without the lowering or the analysis: which tables a query or a write touches.
 * Undefined for any other statement.
 */
export const touchedBy = (stmt: Node): Touched | undefined => {
  const [kind] = Object.keys(stmt)
  if (kind === undefined || !STATEMENTS.has(kind)) return undefined
  const read = new Set<string>()
  const written = new Set<string>()
  walk(stmt, new Set(), { read, written })
  return { read: [...read].toSorted(), written: [...written].toSorted() }
}

type Found = { readonly read: Set<string>; readonly written: Set<string> }

const walk = (value: unknown, ctes: ReadonlySet<string>, found: Found): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, ctes, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, field] of Object.entries(value)) {
    if (STATEMENTS.has(key)) statement(field as Node, ctes, found)
    else if (key === 'RangeVar') range(field as Node, ctes, found)
    else walk(field, ctes, found)
  }
}

const statement = (node: Node, outer: ReadonlySet<string>, found: Found): void => {
  const ctes = withClause(node['withClause'] as Node | undefined, outer, found)
  const { withClause: _, relation, intoClause, lockingClause: _locks, larg, rarg, ...rest } = node
  if (relation !== undefined) found.written.add(nameOf(relation as Node))
  const into = (intoClause as Node | undefined)?.['rel']
  if (into !== undefined) found.written.add(nameOf(into as Node))
  // Locks are an effect, no access; their names are aliases of tables that stand in FROM.
  // The branches of a set operation stand there without their node's name.
  for (const branch of [larg, rarg]) if (branch !== undefined) statement(branch as Node, ctes, found)
  walk(rest, ctes, found)
}

/** Each CTE sees those before it, with RECURSIVE all of them. */
const withClause = (
  clause: Node | undefined,
  outer: ReadonlySet<string>,
  found: Found,
): ReadonlySet<string> => {
  if (clause === undefined) return outer
  const ctes = ((clause['ctes'] ?? []) as Node[]).map((cte) => cte['CommonTableExpr'] as Node)
  const names = ctes.map((cte) => String(cte['ctename']))
  const visible = new Set(clause['recursive'] === true ? [...outer, ...names] : outer)
  for (const [i, cte] of ctes.entries()) {
    walk(cte['ctequery'], visible, found)
    visible.add(names[i] as string)
  }
  return visible
}

const range = (node: Node, ctes: ReadonlySet<string>, found: Found): void => {
  if (node['schemaname'] === undefined && ctes.has(String(node['relname']))) return
  found.read.add(nameOf(node))
}

const nameOf = ({ schemaname, relname }: Node): string =>
  `${typeof schemaname === 'string' ? schemaname : 'public'}.${String(relname)}`
