import type { Ddl } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import { ROUTINES } from '@sluice/core/statement/objects'
import type { Node, ObjectType } from 'libpg-query'
import { type Body, only, required } from './context.ts'
import { ddl } from './ddl-parts.ts'
import type { Rules } from './expression.ts'
import { tableName } from './from.ts'
import { nameOf, namesOf, objectName, tableUnder } from './object.ts'

const drop = (body: Body<'DropStmt'>): Ddl => {
  const { objects, removeType } = only(
    'DropStmt',
    body,
    'objects',
    'removeType',
    'behavior',
    'missing_ok',
    'concurrent',
  )
  const object = objectName(removeType)
  const names = (objects ?? []).flatMap((node) => namesOf(object, node))
  return ddl('drop', object, names, { on: tableUnder(removeType, names) })
}

/** Objects that hold values. */
const holds: ReadonlySet<string> = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'column',
  'attribute',
  'schema',
])

const comment = (body: Body<'CommentStmt'>): Ddl => {
  const { objtype, object } = only('CommentStmt', body, 'objtype', 'object', 'comment')
  const type = objectName(objtype)
  const column = type === 'column' && object !== undefined ? nameOf(object)?.at(-1) : undefined
  const names = namesOf(type, object)
  return ddl('comment', type, names, {
    on: tableUnder(objtype, names),
    relabels: column === undefined ? undefined : [column],
  })
}

/** The table an ALTER names, or the object it names otherwise, and what lives on the table. */
const altered = (
  object: string,
  relation: Body<'RenameStmt'>['relation'],
  node: Node | undefined,
  sub?: string,
): Name[] => {
  if (relation === undefined) return namesOf(object, node)
  const table = tableName(relation)
  return sub === undefined || object === 'column' || object === 'attribute' ? [table] : [table, [sub]]
}

const rename = (body: Body<'RenameStmt'>): Ddl => {
  const { renameType, relationType, relation, object, subname, newname } = only(
    'RenameStmt',
    body,
    'renameType',
    'relationType',
    'relation',
    'object',
    'subname',
    'newname',
    'behavior',
    'missing_ok',
  )
  const type = objectName(renameType)
  const whole = subname === undefined && relation !== undefined
  const lives = renameType === 'OBJECT_TABCONSTRAINT' ? undefined : subname
  const names = altered(type, relation, object, lives)
  // What gets a new name may take the place of something that had it.
  const renamed =
    whole || ROUTINES.has(type)
      ? names.map((name) => [...name.slice(0, -1), required(newname, 'RenameStmt.newname')])
      : []
  const relabels = subname === undefined ? [] : [subname]
  return ddl('alter', shownAs(renameType, relationType), [...names, ...renamed], {
    on: relation === undefined ? undefined : tableUnder(renameType, names),
    relabels: holds.has(type) ? relabels : undefined,
    frees: type === 'column' ? relabels : undefined,
    renamesColumn:
      type === 'column' && subname !== undefined
        ? [subname, required(newname, 'RenameStmt.newname')]
        : undefined,
  })
}

/** `ALTER TABLE … RENAME COLUMN` and `… RENAME CONSTRAINT` are of the table. */
const shownAs = (type: ObjectType | undefined, relation: ObjectType | undefined): string => {
  if (type === 'OBJECT_DOMCONSTRAINT') return 'domain'
  // The grammar has it for tables only, and leaves their type out.
  if (type === 'OBJECT_TABCONSTRAINT') return 'table'
  return objectName(type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE' ? relation : type)
}

const setSchema = (body: Body<'AlterObjectSchemaStmt'>): Ddl => {
  const { objectType, relation, object, newschema } = only(
    'AlterObjectSchemaStmt',
    body,
    'objectType',
    'relation',
    'object',
    'newschema',
    'missing_ok',
  )
  const type = objectName(objectType)
  const names = altered(type, relation, object)
  const moved = names.map((name) => [
    required(newschema, 'AlterObjectSchemaStmt.newschema'),
    ...name.slice(-1),
  ])
  return ddl('alter', type, [...names, ...moved], { relabels: holds.has(type) ? [] : undefined })
}

const owner = (body: Body<'AlterOwnerStmt'>): Ddl => {
  const { objectType, relation, object } = only(
    'AlterOwnerStmt',
    body,
    'objectType',
    'relation',
    'object',
    'newowner',
  )
  const type = objectName(objectType)
  return ddl('alter', type, altered(type, relation, object))
}

const depends = (body: Body<'AlterObjectDependsStmt'>): Ddl => {
  const { objectType, relation, object } = only(
    'AlterObjectDependsStmt',
    body,
    'objectType',
    'relation',
    'object',
    'extname',
    'remove',
  )
  const type = objectName(objectType)
  const on = object === undefined ? undefined : nameOf(object)?.at(-1)
  const names = altered(type, relation, object, on)
  return ddl('alter', type, names, {
    on: relation === undefined ? undefined : tableUnder(objectType, names),
  })
}

const extensionContents = (body: Body<'AlterExtensionContentsStmt'>): Ddl => {
  const { extname, objtype, object } = only(
    'AlterExtensionContentsStmt',
    body,
    'extname',
    'action',
    'objtype',
    'object',
  )
  const name = required(extname, 'AlterExtensionContentsStmt.extname')
  return ddl('alter', 'extension', [[name], ...namesOf(objectName(objtype), object)])
}

/** DROP, COMMENT and the forms of ALTER that any object knows. */
export const objectRules = {
  DropStmt: drop,
  CommentStmt: comment,
  RenameStmt: rename,
  AlterObjectSchemaStmt: setSchema,
  AlterOwnerStmt: owner,
  AlterObjectDependsStmt: depends,
  AlterExtensionContentsStmt: extensionContents,
} satisfies Rules<Ddl>
