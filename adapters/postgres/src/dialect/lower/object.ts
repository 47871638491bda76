import type { Name } from '@sluice/core/statement/node'
import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node, ObjectType, RoleSpec } from 'libpg-query'
import { only, open, required, texts } from './context.ts'
import { plainTable, tableName } from './from.ts'

/** Object types whose SQL name is not their enum name in lower case. */
const renamed: Readonly<Record<string, string>> = {
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FDW: 'foreign data wrapper',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_LARGEOBJECT: 'large object',
  OBJECT_OPCLASS: 'operator class',
  OBJECT_OPFAMILY: 'operator family',
  OBJECT_PARAMETER_ACL: 'parameter',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_DOMCONSTRAINT: 'constraint',
  OBJECT_TSCONFIGURATION: 'text search configuration',
  OBJECT_TSDICTIONARY: 'text search dictionary',
  OBJECT_TSPARSER: 'text search parser',
  OBJECT_TSTEMPLATE: 'text search template',
}

/** `OBJECT_FOREIGN_TABLE` as SQL writes it: `foreign table`. */
export const objectName = (type: ObjectType | undefined): string => {
  const name = required(type, 'ObjectType')
  return (
    renamed[name] ??
    name
      .replace(/^OBJECT_/, '')
      .replaceAll('_', ' ')
      .toLowerCase()
  )
}

/** A role as it is written; `current_user` and its like by their keyword. */
export const roleName = (role: RoleSpec | undefined): string => {
  const { roletype, rolename } = only('RoleSpec', required(role, 'RoleSpec'), 'roletype', 'rolename')
  return (
    rolename ??
    required(roletype, 'RoleSpec.roletype')
      .replace(/^ROLESPEC_/, '')
      .toLowerCase()
  )
}

/** The name of an object in whatever form the grammar names it; undefined for what has no name of its own. */
export const nameOf = (node: Node | undefined): Name | undefined => {
  if (node === undefined || Object.keys(node).length === 0) return undefined
  if ('String' in node) return [only('String', node.String, 'sval').sval ?? '']
  if ('RangeVar' in node) return tableName(node.RangeVar)
  if ('RoleSpec' in node) return [roleName(node.RoleSpec)]
  if ('TypeName' in node) return texts(node.TypeName.names)
  if ('ObjectWithArgs' in node) {
    const { objname } = only(
      'ObjectWithArgs',
      node.ObjectWithArgs,
      'objname',
      'objargs',
      'objfuncargs',
      'args_unspecified',
    )
    return texts(objname)
  }
  if ('List' in node) {
    const items = only('List', node.List, 'items').items ?? []
    return items.flatMap((item) => nameOf(item) ?? [])
  }
  // Large objects go by number.
  if ('Integer' in node || 'Float' in node) return undefined
  throw new Unreadable(`an object is named by \`${open(node).kind}\``)
}

/** The names of a list of objects, without those that have none. */
export const eachName = (nodes: readonly Node[] | undefined): Name[] =>
  (nodes ?? []).flatMap((node) => {
    const name = nameOf(node)
    return name === undefined ? [] : [name]
  })

/** Objects that live on a table and are named after it: `table.trigger` in one list. */
const onTable: ReadonlySet<string> = new Set(['trigger', 'rule', 'policy', 'constraint', 'column'])

/** The table that an object lives on, by the names that `namesOf` gives; the constraint of a domain lives on none. */
export const tableUnder = (type: ObjectType | undefined, names: readonly Name[]): TableRef | undefined => {
  const [table] = names
  const lives = type === 'OBJECT_DOMCONSTRAINT' ? false : onTable.has(objectName(type))
  const apart = names.length > 1 || type === 'OBJECT_COLUMN'
  return lives && apart && table !== undefined ? plainTable(table) : undefined
}

/** The names that a statement about an object touches: for what lives on a table, the table too. */
export const namesOf = (object: string, node: Node | undefined): Name[] => {
  const name = nameOf(node)
  if (name === undefined || name.length === 0) return []
  // A column that is named without its table.
  if (object === 'column' && name.length < 2) return []
  if (!onTable.has(object) || name.length < 2) return [name]
  const table = name.slice(0, -1)
  return object === 'column' ? [table] : [table, name.slice(-1)]
}
