import type { RowFill, Statement } from './command.ts'
import type { Expression, SortKey, Window } from './expression.ts'
import type { Node } from './node.ts'
import type { Cte, FromItem, TableRef, Target, With } from './query.ts'
import type { Assignment, MergeAction, OnConflict } from './write.ts'

/** Every node of the statement tree. */
export type AnyNode =
  | Statement
  | Expression
  | FromItem
  | Target
  | With
  | Cte
  | SortKey
  | Window
  | Assignment
  | OnConflict
  | MergeAction
  | RowFill

type Kind = AnyNode['kind']
type NodeOf<K extends Kind> = Extract<AnyNode, { kind: K }>

/** How a field is walked. It follows from the field's type, so a wrong entry below does not compile. */
type How<F> = [F] extends [AnyNode]
  ? 'node'
  : [F] extends [readonly AnyNode[]]
    ? 'nodes'
    : [F] extends [readonly (readonly AnyNode[])[]]
      ? 'rows'
      : [F] extends [readonly { readonly when: AnyNode; readonly then: AnyNode }[]]
        ? 'branches'
        : 'plain'

type Fields<N> = { readonly [F in Exclude<keyof N, keyof Node<string>>]-?: How<Exclude<N[F], undefined>> }

const tail = { with: 'node', orderBy: 'nodes', limit: 'node', offset: 'node' } as const
const derived = { alias: 'plain', columnAliases: 'plain', lateral: 'plain' } as const

/**
 * Every field of every kind of node, in source order where that matters to nobody else. A field that is added to a
 * node breaks the build here, before an analysis overlooks it.
 */
const fields = {
  select: {
    ...tail,
    distinct: 'plain',
    distinctOn: 'nodes',
    targets: 'nodes',
    from: 'nodes',
    where: 'node',
    groupBy: 'nodes',
    having: 'node',
    windows: 'nodes',
    locks: 'plain',
    into: 'node',
  },
  'set-operation': {
    ...tail,
    op: 'plain',
    all: 'plain',
    left: 'node',
    right: 'node',
    locks: 'plain',
    into: 'node',
  },
  values: { ...tail, rows: 'rows' },
  target: { expression: 'node', alias: 'plain' },
  with: { recursive: 'plain', ctes: 'nodes' },
  cte: { name: 'plain', columns: 'plain', query: 'node', extraColumns: 'plain' },
  'table-ref': {
    name: 'plain',
    only: 'plain',
    keys: 'plain',
    alias: 'plain',
    columnAliases: 'plain',
    sample: 'nodes',
  },
  join: {
    type: 'plain',
    natural: 'plain',
    left: 'node',
    right: 'node',
    on: 'node',
    using: 'plain',
    alias: 'plain',
    columnAliases: 'plain',
    usingAlias: 'plain',
  },
  derived: { ...derived, query: 'node' },
  pivot: { source: 'node', consumed: 'plain', made: 'plain', alias: 'plain', columnAliases: 'plain' },
  'function-table': { ...derived, calls: 'nodes', ordinality: 'plain', complete: 'plain' },
  insert: {
    with: 'node',
    target: 'node',
    columns: 'plain',
    source: 'node',
    onConflict: 'node',
    returning: 'nodes',
    returningNames: 'plain',
    replaces: 'plain',
  },
  'on-conflict': {
    arbiter: 'nodes',
    assignments: 'nodes',
    where: 'node',
    excluded: 'plain',
    excludedColumns: 'plain',
    seesSource: 'plain',
  },
  assignment: { columns: 'plain', value: 'node', qualifier: 'plain' },
  update: {
    with: 'node',
    target: 'node',
    assignments: 'nodes',
    from: 'nodes',
    targetInFrom: 'plain',
    where: 'node',
    orderBy: 'nodes',
    limit: 'node',
    returning: 'nodes',
    returningNames: 'plain',
  },
  delete: {
    with: 'node',
    target: 'node',
    using: 'nodes',
    targetInFrom: 'plain',
    where: 'node',
    orderBy: 'nodes',
    limit: 'node',
    returning: 'nodes',
    returningNames: 'plain',
  },
  'joined-update': {
    with: 'node',
    from: 'nodes',
    assignments: 'nodes',
    where: 'node',
    orderBy: 'nodes',
    limit: 'node',
  },
  'joined-delete': { with: 'node', targets: 'plain', from: 'nodes', where: 'node' },
  merge: {
    with: 'node',
    target: 'node',
    source: 'node',
    on: 'node',
    actions: 'nodes',
    limit: 'node',
    returning: 'nodes',
    returningNames: 'plain',
  },
  'merge-action': {
    action: 'plain',
    bySource: 'plain',
    condition: 'node',
    columns: 'plain',
    values: 'nodes',
    assignments: 'nodes',
  },
  'column-ref': { name: 'plain' },
  star: { qualifier: 'plain' },
  literal: { type: 'plain', slot: 'plain', value: 'plain' },
  param: { index: 'plain' },
  call: {
    name: 'plain',
    args: 'nodes',
    argNames: 'plain',
    star: 'plain',
    distinct: 'plain',
    orderBy: 'nodes',
    filter: 'node',
    over: 'node',
    sequence: 'node',
    makes: 'plain',
    variable: 'plain',
  },
  window: { name: 'plain', refersTo: 'plain', partitionBy: 'nodes', orderBy: 'nodes', bounds: 'nodes' },
  'sort-key': { expression: 'node', descending: 'plain', using: 'plain' },
  operator: { op: 'plain', schema: 'plain', operands: 'nodes' },
  cast: { operand: 'node', type: 'plain', array: 'plain' },
  case: { subject: 'node', branches: 'branches', otherwise: 'node' },
  subquery: { mode: 'plain', op: 'plain', test: 'node', query: 'node' },
  row: { fields: 'nodes' },
  array: { elements: 'nodes' },
  'field-select': { operand: 'node', field: 'plain' },
  subscript: { operand: 'node', indexes: 'nodes' },
  default: {},
  ddl: {
    verb: 'plain',
    object: 'plain',
    names: 'plain',
    on: 'node',
    tables: 'nodes',
    targets: 'nodes',
    query: 'node',
    expressions: 'nodes',
    assignments: 'nodes',
    computes: 'nodes',
    elements: 'nodes',
    leaving: 'plain',
    temporary: 'plain',
    takesRows: 'plain',
    parts: 'plain',
    relabels: 'plain',
    arrangedBy: 'plain',
    keys: 'plain',
    frees: 'plain',
    renamesColumn: 'plain',
    renames: 'plain',
    ownColumns: 'plain',
    columns: 'plain',
    adds: 'plain',
    runs: 'node',
    calls: 'plain',
    code: 'plain',
    stamps: 'plain',
    fires: 'plain',
  },
  dcl: { verb: 'plain', names: 'plain', tables: 'nodes' },
  transaction: { op: 'plain', name: 'plain', others: 'plain' },
  set: {
    name: 'plain',
    local: 'plain',
    value: 'plain',
    server: 'plain',
    toDefault: 'plain',
    expressions: 'nodes',
  },
  show: { name: 'plain', picks: 'plain' },
  discard: { target: 'plain' },
  copy: {
    direction: 'plain',
    table: 'node',
    query: 'node',
    columns: 'plain',
    via: 'plain',
    clientFile: 'plain',
    replaces: 'plain',
    where: 'node',
    assignments: 'nodes',
    format: 'plain',
    options: 'plain',
  },
  explain: { analyze: 'plain', statement: 'node' },
  'call-procedure': { call: 'node' },
  do: { language: 'plain', body: 'plain', runs: 'node' },
  prepare: { name: 'plain', statement: 'node' },
  execute: { name: 'plain', args: 'nodes', statement: 'node' },
  deallocate: { name: 'plain' },
  'declare-cursor': { name: 'plain', hold: 'plain', query: 'node' },
  fetch: { cursor: 'plain', move: 'plain' },
  'close-cursor': { name: 'plain' },
  notification: { op: 'plain', channel: 'plain' },
  lock: { tables: 'nodes', reads: 'nodes' },
  maintenance: { verb: 'plain', tables: 'nodes', sorts: 'plain' },
  procedural: {
    verb: 'plain',
    expressions: 'nodes',
    statements: 'nodes',
    returns: 'plain',
    fills: 'nodes',
    types: 'plain',
    assumes: 'plain',
    variables: 'plain',
    diagnoses: 'plain',
  },
  'row-fill': { column: 'plain', value: 'node' },
  empty: {},
  opaque: { reason: 'plain' },
} as const satisfies { readonly [K in Kind]: Fields<NodeOf<K>> }

type Branch = { readonly when: Expression; readonly then: Expression }

/** Per kind, the fields that hold nodes: `plain` ones are left out once and for all. */
const walked: ReadonlyMap<string, readonly (readonly [field: string, how: string])[]> = new Map(
  Object.entries(fields).map(([kind, entries]) => [
    kind,
    Object.entries(entries as Record<string, string>).filter(([, how]) => how !== 'plain'),
  ]),
)

const inField = (value: unknown, how: string): readonly AnyNode[] => {
  // `fields` was checked against the node types: the casts repeat what it says.
  if (value === undefined) return []
  if (how === 'node') return [value as AnyNode]
  if (how === 'nodes') return value as readonly AnyNode[]
  if (how === 'rows') return (value as readonly (readonly AnyNode[])[]).flat()
  return (value as readonly Branch[]).flatMap((branch) => [branch.when, branch.then])
}

/** The nodes directly under a node. */
export const children = (node: AnyNode): AnyNode[] =>
  (walked.get(node.kind) ?? []).flatMap(([field, how]) =>
    inField((node as unknown as Record<string, unknown>)[field], how),
  )

/**
 * Calls `seen` with a node and everything under it, a node before what is under it. Where `seen` returns false the
 * nodes under it are left out. Without recursion, so that no tree is too deep.
 */
export const visit = (root: AnyNode, seen: (node: AnyNode) => boolean | undefined | void): void => {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen(node) === false) continue
    const under = children(node)
    for (let index = under.length - 1; index >= 0; index--) open.push(under[index]!)
  }
}

const expressionKinds: ReadonlySet<string> = new Set<Expression['kind']>([
  'column-ref',
  'star',
  'literal',
  'param',
  'call',
  'operator',
  'cast',
  'case',
  'subquery',
  'row',
  'array',
  'field-select',
  'subscript',
  'default',
])

/** Whether a node stands for a value. */
const isExpression = (node: AnyNode): node is Expression => expressionKinds.has(node.kind)

/** Calls `seen` with every expression in a statement, those inside other expressions and subqueries included. */
export const visitExpressions = (root: AnyNode, seen: (expression: Expression) => void): void =>
  visit(root, (node) => {
    if (isExpression(node)) seen(node)
  })

/** Every table named anywhere in a tree; names of CTEs, which look the same, are among them. */
export const tablesIn = (root: AnyNode): TableRef[] => {
  const found: TableRef[] = []
  visit(root, (node) => {
    if (node.kind === 'table-ref') found.push(node)
  })
  return found
}
