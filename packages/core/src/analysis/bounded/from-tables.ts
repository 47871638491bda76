import type { FromItem, Query } from '../../statement/query.ts'

/** WITH queries in sight by name: true where they are bounded. */
export type Known = ReadonlyMap<string, boolean>

/** Names of the tables in a query's own FROM, derived tables included; subqueries in conditions are left out. */
export const tablesOf = (node: Query): ReadonlySet<string> => {
  const found = new Set<string>()
  collectQuery(node, found)
  return found
}

/** Names of the tables of FROM items. */
export const tablesOfItems = (nodes: readonly FromItem[]): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const node of nodes) collect(node, found)
  return found
}

/** True where a FROM item cannot bring the whole of a table. */
export const fromBounded = (node: FromItem, ctes: Known, bounded: (query: Query) => boolean): boolean => {
  switch (node.kind) {
    case 'table-ref':
      return node.name.length === 1 && ctes.get(node.name[0] ?? '') === true
    case 'join':
      return fromBounded(node.left, ctes, bounded) && fromBounded(node.right, ctes, bounded)
    case 'derived':
      return bounded(node.query)
    case 'pivot':
      return fromBounded(node.source, ctes, bounded)
    case 'function-table':
      return true
  }
}

const collectQuery = (node: Query, found: Set<string>): void => {
  if (node.kind === 'set-operation') {
    collectQuery(node.left, found)
    collectQuery(node.right, found)
  } else if (node.kind === 'select') {
    for (const item of node.from) collect(item, found)
  }
}

const collect = (node: FromItem, found: Set<string>): void => {
  if (node.kind === 'table-ref') found.add(node.name.at(-1) ?? '')
  else if (node.kind === 'derived') collectQuery(node.query, found)
  else if (node.kind === 'join') {
    collect(node.left, found)
    collect(node.right, found)
  } else if (node.kind === 'pivot') collect(node.source, found)
}
