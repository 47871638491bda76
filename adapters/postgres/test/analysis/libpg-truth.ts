import { OWN_EFFECTS, verbOf } from './libpg-verbs.ts'

/** What a statement does, sorted; tables as `schema.name`. */
export type Truth = {
  readonly verb: string
  readonly effects: readonly string[]
  readonly read: readonly string[]
  readonly written: readonly string[]
  /** Defines a table of its own columns: what it calls is kept for later. */
  readonly keeps: boolean
  /** Names of the functions that run; operators and types of the users' own are not among them. */
  readonly functions: readonly string[]
}

/** A node of libpg's tree, whatever it is. */
export type Node = Record<string, unknown>

type Found = {
  readonly read: Set<string>
  readonly written: Set<string>
  readonly effects: Set<string>
  readonly functions: Set<string>
}

const ROWS = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/** Statements whose `relation` or `rel` is a table that they change, and those that name one otherwise. */
const CHANGED: Readonly<Record<string, string>> = {
  CreateStmt: 'relation',
  IndexStmt: 'relation',
  CreateTrigStmt: 'relation',
  RuleStmt: 'relation',
  CreatePolicyStmt: 'table',
  AlterPolicyStmt: 'table',
  ViewStmt: 'view',
  RefreshMatViewStmt: 'relation',
}

const RELATIONS = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE'])
const ON_TABLE = new Set([
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_COLUMN',
])

/**
 * Written from libpg's tree alone, without the lowering or the analysis: what any statement is called, may do and
 * touches. Undefined for what libpg holds no whole tree of (a function's body, EXECUTE of a name).
 */
export const truthOf = (stmt: Node): Truth | undefined => {
  const [kind] = Object.keys(stmt)
  if (kind === undefined || kind === 'ExecuteStmt') return undefined
  const found: Found = { read: new Set(), written: new Set(), effects: new Set(), functions: new Set() }
  const body = stmt[kind] as Node
  top(kind, body, found)
  return {
    verb: verbOf(kind, body),
    effects: [...found.effects].toSorted(),
    read: [...found.read].toSorted(),
    written: [...found.written].toSorted(),
    functions: [...found.functions].toSorted(),
    keeps:
      kind === 'CreateStmt' && !/"(?:inhRelations|TableLikeClause|ofTypename)"/.test(JSON.stringify(body)),
  }
}

const top = (kind: string, body: Node, found: Found): void => {
  for (const effect of OWN_EFFECTS(kind, body)) found.effects.add(effect)
  if (kind === 'ExplainStmt') return explained(body, found)
  if (kind === 'PrepareStmt') return held(body['query'] as Node, found)
  if (ROWS.has(kind)) statement(body, new Set(), found)
  else if (kind === 'CreateSchemaStmt') schemaElements(body, found)
  else definition(kind, body, found)
  // Tables that are read are read, tables that rows are put into or taken from are written.
  if (kind === 'VacuumStmt' || kind === 'ClusterStmt' || kind === 'ReindexStmt') return
  if (found.read.size > 0) found.effects.add('read')
}

/** A plan runs nothing unless it is asked to: then the statement counts as it is. */
const explained = (body: Node, found: Found): void => {
  const options = ((body['options'] ?? []) as Node[]).map((option) => option['DefElem'] as Node)
  const analyze = options.some((option) => option['defname'] === 'analyze' && !isOff(option['arg']))
  const inner = truthOf(body['query'] as Node)
  if (!inner) return
  if (analyze) for (const effect of inner.effects) found.effects.add(effect)
  for (const name of inner.functions) found.functions.add(name)
  for (const table of inner.read) found.read.add(table)
  for (const table of inner.written) (analyze ? found.written : found.read).add(table)
}

const isOff = (arg: unknown): boolean =>
  /"(?:off|false)"|"ival":\{\}|"boolval":\{\}/i.test(JSON.stringify(arg ?? null)) && arg !== undefined

/** What is prepared is named, and does nothing yet. */
const held = (query: Node, found: Found): void => {
  const inner = truthOf(query)
  for (const table of inner?.read ?? []) found.read.add(table)
  for (const table of inner?.written ?? []) found.written.add(table)
}

/** What a new schema is made with goes into it, and is looked up there first. */
const schemaElements = (body: Node, found: Found): void => {
  const elements = ((body['schemaElts'] ?? []) as Node[]).map(truthOf)
  const schema = String(body['schemaname'] ?? (body['authrole'] as Node | undefined)?.['rolename'])
  const made = new Set(
    elements.flatMap((it) => (it && /^create (?:table|view)$/.test(it.verb) ? it.written : [])),
  )
  const inside = (table: string): string =>
    made.has(table) ? table.replace(/^public\./, `${schema}.`) : table
  for (const element of elements) {
    for (const table of element?.read ?? []) found.read.add(inside(table))
    for (const table of element?.written ?? []) found.written.add(inside(table))
    for (const name of element?.functions ?? []) found.functions.add(name)
  }
}

const definition = (kind: string, body: Node, found: Found): void => {
  if (kind === 'RuleStmt' || kind === 'CreateFunctionStmt') kept.add(found)
  const base = kind === 'CreateForeignTableStmt' ? (body['base'] as Node) : body
  const field = kind === 'CreateForeignTableStmt' ? 'relation' : CHANGED[kind]
  const { [field ?? '']: changed, ...rest } = base
  if (field !== undefined) found.written.add(nameOf(changed as Node))
  const left = objects(kind, rest, found)
  walk(left, new Set(), found)
}

/** What statements name by lists of words, or in fields that hold other things too; the rest of the fields. */
const objects = (kind: string, body: Node, found: Found): Node => {
  const write = (range: unknown): void => void found.written.add(nameOf(range as Node))
  const lists = (nodes: unknown, drop = 0): void => {
    for (const node of nodes as Node[]) {
      const items = ((node['List'] as Node)['items'] as Node[]).map((item) =>
        String((item['String'] as Node)['sval']),
      )
      const words = drop === 0 ? items : items.slice(0, -drop)
      if (words.length === 0) continue
      found.written.add(`${words.at(-2) ?? 'public'}.${words.at(-1)}`)
    }
  }
  const ranges = (nodes: unknown): void => {
    for (const node of (nodes ?? []) as Node[]) write(node['RangeVar'])
  }
  switch (kind) {
    case 'AlterTableStmt': {
      const { relation, ...rest } = body
      if (body['objtype'] === 'OBJECT_INDEX') return {}
      if (RELATIONS.has(String(body['objtype']))) write(relation)
      return rest
    }
    case 'RenameStmt': {
      const type = String(body['renameType'])
      const of =
        type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE' || type === 'OBJECT_TABCONSTRAINT'
          ? String(body['relationType'])
          : type
      if (body['relation'] !== undefined && (RELATIONS.has(of) || ON_TABLE.has(type))) write(body['relation'])
      // The new name may take the place of what had it.
      if (RELATIONS.has(type)) write({ ...(body['relation'] as Node), relname: body['newname'] })
      return {}
    }
    case 'AlterObjectSchemaStmt':
      if (RELATIONS.has(String(body['objectType']))) {
        write(body['relation'])
        write({ ...(body['relation'] as Node), schemaname: body['newschema'] })
      }
      return {}
    case 'DropStmt': {
      const type = String(body['removeType'])
      if (RELATIONS.has(type)) lists(body['objects'])
      else if (ON_TABLE.has(type)) lists(body['objects'], 1)
      return {}
    }
    case 'CommentStmt':
    case 'SecLabelStmt': {
      const type = String(body['objtype'])
      if (RELATIONS.has(type)) lists([body['object']])
      else if (ON_TABLE.has(type)) lists([body['object']], 1)
      return {}
    }
    case 'GrantStmt':
      if (body['objtype'] === 'OBJECT_TABLE' && body['targtype'] === 'ACL_TARGET_OBJECT')
        ranges(body['objects'])
      return {}
    case 'AlterDefaultPrivilegesStmt':
    // Names of constraints, and of tables on another server.
    case 'ConstraintsSetStmt':
    case 'ImportForeignSchemaStmt':
      return {}
    case 'AlterExtensionContentsStmt':
    case 'AlterOwnerStmt':
    case 'AlterObjectDependsStmt':
      if (RELATIONS.has(String(body['objectType'])) && body['relation'] !== undefined) write(body['relation'])
      if (body['objectType'] === 'OBJECT_TRIGGER') write(body['relation'])
      return {}
    case 'TruncateStmt':
      ranges(body['relations'])
      return {}
    case 'LockStmt':
      ranges(body['relations'])
      return {}
    case 'ReindexStmt':
      return body['kind'] === 'REINDEX_OBJECT_TABLE' ? body : {}
    case 'CreateSeqStmt':
    case 'AlterSeqStmt':
    case 'CompositeTypeStmt':
      return {}
    case 'CreateTableAsStmt': {
      const { into, ...rest } = body
      write((into as Node)['rel'])
      return rest
    }
    case 'CopyStmt': {
      const { relation, ...rest } = body
      if (relation !== undefined)
        (body['is_from'] === true ? found.written : found.read).add(nameOf(relation as Node))
      return rest
    }
    default:
      return body
  }
}

/** What is found in statements that are stored for later. */
const kept = new WeakSet<Found>()

const walk = (value: unknown, ctes: ReadonlySet<string>, found: Found): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, ctes, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, field] of Object.entries(value)) {
    if (ROWS.has(key)) {
      const later = kept.has(found)
      for (const effect of OWN_EFFECTS(key, field as Node))
        if (effect !== 'read' && !later) found.effects.add(effect)
      statement(field as Node, ctes, found)
    } else if (key === 'RangeVar') range(field as Node, ctes, found)
    else if (isRange(field)) range(field, ctes, found)
    else {
      if (key === 'FuncCall' || key === 'funccall') call(field as Node, found)
      walk(field, ctes, found)
    }
  }
}

/** Some fields hold a RangeVar without its name around it. */
const isRange = (field: unknown): field is Node =>
  typeof field === 'object' && field !== null && 'relname' in field

const call = (node: Node, found: Found): void => {
  const names = (node['funcname'] as Node[]).map((part) => String((part['String'] as Node)['sval']))
  found.functions.add(names[0] === 'pg_catalog' ? names.slice(1).join('.') : names.join('.'))
}

const statement = (node: Node, outer: ReadonlySet<string>, found: Found): void => {
  const ctes = withClause(node['withClause'] as Node | undefined, outer, found)
  const { withClause: _, relation, intoClause, lockingClause: locks, larg, rarg, ...rest } = node
  if (relation !== undefined) found.written.add(nameOf(relation as Node))
  const into = (intoClause as Node | undefined)?.['rel']
  if (into !== undefined) {
    found.written.add(nameOf(into as Node))
    for (const effect of ['ddl', 'write']) found.effects.add(effect)
  }
  // Locks are an effect, no access; their names are aliases of tables that stand in FROM.
  if (locks !== undefined && !kept.has(found)) found.effects.add('write')
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
