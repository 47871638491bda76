import type { Expression } from '@sluice/core/statement/expression'
import type { TableRef } from '@sluice/core/statement/query'
import type {
  Assignment,
  Delete,
  Insert,
  Merge,
  MergeAction,
  OnConflict,
  ReturningNames,
  Update,
} from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import type {
  MultiAssignRef,
  Node,
  OnConflictClause,
  RangeVar,
  ResTarget,
  ReturningClause,
} from 'libpg-query'
import { type Body, type Context, expect, lookUp, make, only, open, required } from './context.ts'
import { indexes } from './expression.ts'
import { tableRef } from './from.ts'
import { lowerTargets, lowerWith } from './query.ts'

const target = (range: RangeVar | undefined, context: Context): TableRef => tableRef(range, context)

/**
 * The column that a target assigns to. `c.field` and `c[i]` assign to a part of `c`; an index that is more than a
 * constant has no place in the tree.
 */
const columnOf = (fields: Pick<ResTarget, 'name' | 'indirection'>, context: Context): string => {
  for (const step of fields.indirection ?? []) {
    if (open(step).kind !== 'A_Indices') continue
    for (const index of indexes(step, context))
      if (index.kind !== 'literal' && index.kind !== 'param')
        throw new Unreadable('an index that is assigned to is computed')
  }
  return required(fields.name, 'ResTarget.name')
}

const columnNames = (nodes: readonly Node[] | undefined, context: Context): string[] =>
  (nodes ?? []).map((node) =>
    columnOf(only('ResTarget', expect('ResTarget', node), 'name', 'indirection'), context),
  )

/** `(a, b) = …` comes as one target per column, each with the same source. */
const multiple = (ref: MultiAssignRef, rest: readonly Node[], context: Context): Assignment => {
  const { source, colno, ncolumns } = only('MultiAssignRef', ref, 'source', 'colno', 'ncolumns')
  const count = required(ncolumns, 'MultiAssignRef.ncolumns')
  if (colno !== 1 || rest.length < count)
    throw new Unreadable('an assignment to several columns is out of order')
  const columns = rest
    .slice(0, count)
    .map((node) =>
      columnOf(only('ResTarget', expect('ResTarget', node), 'name', 'indirection', 'val'), context),
    )
  return { kind: 'assignment', columns, value: context.expression(required(source, 'MultiAssignRef.source')) }
}

const assignments = (nodes: readonly Node[] | undefined, context: Context): Assignment[] => {
  const list = nodes ?? []
  const made: Assignment[] = []
  for (let at = 0; at < list.length; ) {
    const body = expect('ResTarget', list[at])
    const { name, indirection, val } = only('ResTarget', body, 'name', 'indirection', 'val')
    const value = required(val, 'ResTarget.val')
    const assignment: Assignment =
      'MultiAssignRef' in value
        ? multiple(value.MultiAssignRef, list.slice(at), context)
        : make<Assignment>({
            kind: 'assignment',
            at: context.at(body.location),
            columns: [
              columnOf(
                {
                  ...(name === undefined ? {} : { name }),
                  ...(indirection === undefined ? {} : { indirection }),
                },
                context,
              ),
            ],
            value: context.expression(value),
          })
    made.push(assignment)
    at += assignment.columns.length
  }
  return made
}

/** RETURNING with the names that it gives to the old and the new row. */
const returning = (clause: ReturningClause | undefined, context: Context) => {
  const { options, exprs } = only('ReturningClause', clause ?? {}, 'options', 'exprs')
  const names = { old: 'old', new: 'new' }
  for (const node of options ?? []) {
    const { option, value } = only('ReturningOption', expect('ReturningOption', node), 'option', 'value')
    names[option === 'RETURNING_OPTION_OLD' ? 'old' : 'new'] = required(value, 'ReturningOption.value')
  }
  const returningNames: ReturningNames | undefined = options === undefined ? undefined : names
  return { returning: lowerTargets(exprs, context), returningNames }
}

/** What identifies the conflict: columns and expressions of an index, and its predicate. */
const arbiter = (infer: OnConflictClause['infer'], context: Context): Expression[] => {
  if (infer === undefined) return []
  const { indexElems, whereClause } = only('InferClause', infer, 'indexElems', 'whereClause', 'conname')
  const elements = (indexElems ?? []).map((node) => {
    const { name, expr } = only(
      'IndexElem',
      expect('IndexElem', node),
      'name',
      'expr',
      'collation',
      'opclass',
      'opclassopts',
      'ordering',
      'nulls_ordering',
    )
    return name === undefined
      ? context.expression(required(expr, 'IndexElem.expr'))
      : ({ kind: 'column-ref', name: [name] } as const)
  })
  return whereClause === undefined ? elements : [...elements, context.expression(whereClause)]
}

const onConflict = (clause: OnConflictClause | undefined, context: Context): OnConflict | undefined => {
  if (clause === undefined) return undefined
  const { infer, targetList, whereClause } = only(
    'OnConflictClause',
    clause,
    'action',
    'infer',
    'targetList',
    'whereClause',
  )
  return make<OnConflict>({
    kind: 'on-conflict',
    at: context.at(clause.location),
    arbiter: arbiter(infer, context),
    assignments: assignments(targetList, context),
    where: context.optional(whereClause),
  })
}

/** INSERT. */
export const lowerInsert = (body: Body<'InsertStmt'>, context: Context): Insert => {
  const fields = only(
    'InsertStmt',
    body,
    'relation',
    'cols',
    'selectStmt',
    'onConflictClause',
    'returningClause',
    'withClause',
    'override',
  )
  return make<Insert>({
    kind: 'insert',
    at: undefined,
    with: lowerWith(fields.withClause, context),
    target: target(fields.relation, context),
    columns: columnNames(fields.cols, context),
    source: fields.selectStmt === undefined ? undefined : context.query(fields.selectStmt),
    onConflict: onConflict(fields.onConflictClause, context),
    replaces: undefined,
    ...returning(fields.returningClause, context),
  })
}

/** UPDATE. */
export const lowerUpdate = (body: Body<'UpdateStmt'>, context: Context): Update => {
  const fields = only(
    'UpdateStmt',
    body,
    'relation',
    'targetList',
    'whereClause',
    'fromClause',
    'returningClause',
    'withClause',
  )
  return make<Update>({
    kind: 'update',
    at: undefined,
    with: lowerWith(fields.withClause, context),
    target: target(fields.relation, context),
    assignments: assignments(fields.targetList, context),
    from: (fields.fromClause ?? []).map((node) => context.from(node)),
    targetInFrom: undefined,
    where: context.optional(fields.whereClause),
    orderBy: undefined,
    limit: undefined,
    ...returning(fields.returningClause, context),
  })
}

/** DELETE. */
export const lowerDelete = (body: Body<'DeleteStmt'>, context: Context): Delete => {
  const fields = only(
    'DeleteStmt',
    body,
    'relation',
    'usingClause',
    'whereClause',
    'returningClause',
    'withClause',
  )
  return make<Delete>({
    kind: 'delete',
    at: undefined,
    with: lowerWith(fields.withClause, context),
    target: target(fields.relation, context),
    using: (fields.usingClause ?? []).map((node) => context.from(node)),
    targetInFrom: undefined,
    where: context.optional(fields.whereClause),
    orderBy: undefined,
    limit: undefined,
    ...returning(fields.returningClause, context),
  })
}

const actions: Readonly<Record<string, MergeAction['action']>> = {
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
  CMD_NOTHING: 'nothing',
}

const mergeAction = (node: Node, context: Context): MergeAction => {
  const fields = only(
    'MergeWhenClause',
    expect('MergeWhenClause', node),
    'matchKind',
    'commandType',
    'override',
    'condition',
    'targetList',
    'values',
  )
  const action = lookUp(actions, fields.commandType ?? '', 'action of MERGE')
  return make<MergeAction>({
    kind: 'merge-action',
    at: undefined,
    action,
    bySource: fields.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? true : undefined,
    condition: context.optional(fields.condition),
    columns: action === 'insert' ? columnNames(fields.targetList, context) : [],
    values: context.expressions(fields.values),
    assignments: action === 'insert' ? [] : assignments(fields.targetList, context),
  })
}

/** MERGE. */
export const lowerMerge = (body: Body<'MergeStmt'>, context: Context): Merge => {
  const fields = only(
    'MergeStmt',
    body,
    'relation',
    'sourceRelation',
    'joinCondition',
    'mergeWhenClauses',
    'returningClause',
    'withClause',
  )
  return make<Merge>({
    kind: 'merge',
    at: undefined,
    with: lowerWith(fields.withClause, context),
    target: target(fields.relation, context),
    source: context.from(required(fields.sourceRelation, 'MergeStmt.sourceRelation')),
    on: context.expression(required(fields.joinCondition, 'MergeStmt.joinCondition')),
    actions: (fields.mergeWhenClauses ?? []).map((node) => mergeAction(node, context)),
    limit: undefined,
    ...returning(fields.returningClause, context),
  })
}
