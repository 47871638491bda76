import type { Ddl, Procedural, Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import { RELATIONS } from '@sluice/core/statement/objects'
import type { TableRef } from '@sluice/core/statement/query'
import { type AnyNode, visit } from '@sluice/core/statement/walk'
import { isWrite } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node } from 'libpg-query'
import { onlyStamps } from '../plpgsql/stamps.ts'
import { type Body, type Context, expect, only, open, required, text, texts } from './context.ts'
import { checkOptions, constraint, ddl, expressionParts, joinParts, type Parts } from './ddl-parts.ts'
import type { Rules } from './expression.ts'
import { isTemporary, plainTable, tableName, tableRef } from './from.ts'
import { typeName } from './type-name.ts'

type Stored = { readonly statements: readonly Statement[]; readonly expressions: readonly Expression[] }

/** What is stored now and runs later: a rule's actions, a routine's body. */
const stored = (nodes: readonly Node[], context: Context): Stored => {
  const statements: Statement[] = []
  const expressions: Expression[] = []
  const waiting = [...nodes]
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    // An empty body is a list of one absent statement.
    if (Object.keys(node).length === 0) continue
    const { kind } = open(node)
    if (kind === 'List') waiting.unshift(...(only('List', expect('List', node), 'items').items ?? []))
    else if (kind === 'ReturnStmt') {
      const { returnval } = only('ReturnStmt', expect('ReturnStmt', node), 'returnval')
      expressions.push(context.expression(required(returnval, 'ReturnStmt.returnval')))
    } else statements.push(context.statement(node))
  }
  return { statements, expressions }
}

type Touched = { readonly tables: TableRef[]; readonly targets: TableRef[] }

/** The tables that a statement reads and writes; names of WITH queries are none. */
const tablesOf = (root: AnyNode): Touched => {
  const found: Touched = { tables: [], targets: [] }
  const ctes = new Set<string>()
  const written = new Set<AnyNode>()
  visit(root, (node) => {
    if (node.kind === 'cte') ctes.add(node.name)
  })
  visit(root, (node) => {
    if (isWrite(node)) written.add(node.target)
    if (node.kind === 'ddl') throw new Unreadable('a definition is stored in another one')
    if (node.kind !== 'table-ref') return
    if (written.has(node)) found.targets.push(node)
    else if (node.name.length > 1 || !ctes.has(node.name[0] ?? '')) found.tables.push(node)
  })
  return found
}

const storedTables = (nodes: readonly Node[], context: Context): Touched => {
  const { statements, expressions } = stored(nodes, context)
  const each = [...statements, ...expressions].map(tablesOf)
  return {
    tables: each.flatMap(({ tables }) => tables),
    targets: each.flatMap(({ targets }) => targets),
  }
}

const createFunction = (body: Body<'CreateFunctionStmt'>, context: Context): Ddl => {
  const fields = only(
    'CreateFunctionStmt',
    body,
    'is_procedure',
    'replace',
    'funcname',
    'parameters',
    'returnType',
    'options',
    'sql_body',
  )
  checkOptions(fields.options)
  if (fields.returnType !== undefined) typeName(fields.returnType)
  const defaults = (fields.parameters ?? []).map((node) => {
    const parameter = only(
      'FunctionParameter',
      expect('FunctionParameter', node),
      'name',
      'argType',
      'mode',
      'defexpr',
    )
    typeName(parameter.argType)
    return parameter.defexpr
  })
  const object = fields.is_procedure === true ? 'procedure' : 'function'
  const parts = expressionParts(defaults, context)
  const { runs, code } = bodyOf(fields.options, fields.sql_body, context)
  return ddl('create', object, [texts(fields.funcname)], {
    ...parts,
    ...(fields.sql_body === undefined ? {} : storedTables([fields.sql_body], context)),
    // A call that leaves an argument out runs its default.
    ...known(runs && { ...runs, expressions: [...runs.expressions, ...parts.expressions] }),
    ...(code === undefined ? {} : { code }),
    stamps: isOfTrigger(fields) && runs !== undefined && code !== undefined && onlyStamps(runs, code),
  })
}

/** Options that change nothing of what a body does. */
const PLAIN_OPTIONS: ReadonlySet<string | undefined> = new Set([
  'language',
  'as',
  'volatility',
  'strict',
  'security',
  'leakproof',
  'parallel',
  'cost',
])

/** A function in PL/pgSQL without arguments, for a trigger to call. */
const isOfTrigger = ({ parameters, returnType, options, sql_body }: Body<'CreateFunctionStmt'>): boolean =>
  (parameters ?? []).length === 0 &&
  sql_body === undefined &&
  texts(returnType?.names).at(-1) === 'trigger' &&
  (options ?? []).every(isPlainOption)

const isPlainOption = (node: Node): boolean => {
  const { defname, arg } = expect('DefElem', node)
  if (defname !== 'set') return PLAIN_OPTIONS.has(defname)
  return arg !== undefined && 'VariableSetStmt' in arg && arg.VariableSetStmt.name === 'search_path'
}

/** What calling a function in SQL or PL/pgSQL does, and the text that says it. */
const bodyOf = (
  options: readonly Node[] | undefined,
  own: Node | undefined,
  context: Context,
): Pick<Ddl, 'runs' | 'code'> => {
  if (own !== undefined) return { ...actionsOf([own], context), code: '' }
  const given = new Map(
    (options ?? []).map((node) => {
      const { defname, arg } = expect('DefElem', node)
      return [defname, arg]
    }),
  )
  const [language, as] = [given.get('language'), given.get('as')]
  if (language === undefined || !('String' in language)) return {}
  const [body, ...more] = as !== undefined && 'List' in as ? texts(as.List.items) : []
  if (body === undefined || more.length > 0) return {}
  switch (text(language)) {
    case 'plpgsql':
      return { ...known(context.routine(body)), code: body }
    case 'sql':
      return { ...known(context.texts(body)), code: body }
    case 'c':
    case 'internal':
      return {}
    default:
      return { code: body }
  }
}

const known = (runs: Procedural | undefined): Pick<Ddl, 'runs'> => (runs === undefined ? {} : { runs })

const createRule = (body: Body<'RuleStmt'>, context: Context): Ddl => {
  const { relation, rulename, whereClause, actions } = only(
    'RuleStmt',
    body,
    'relation',
    'rulename',
    'whereClause',
    'event',
    'instead',
    'actions',
    'replace',
  )
  const names = [
    tableName(required(relation, 'RuleStmt.relation')),
    [required(rulename, 'RuleStmt.rulename')],
  ]
  return ddl('create', 'rule', names, {
    on: tableRef(relation, context),
    ...expressionParts([whereClause], context),
    ...storedTables(actions ?? [], context),
    ...actionsOf(actions ?? [], context),
  })
}

/** What a rule does beside or in place of a statement, or a body that is no text. Absent: not all of it is understood. */
const actionsOf = (actions: readonly Node[], context: Context): Pick<Ddl, 'runs'> => {
  try {
    return { runs: { kind: 'procedural', verb: 'begin', ...stored(actions, context), returns: false } }
  } catch (error) {
    if (error instanceof Unreadable) return {}
    throw error
  }
}

const createTrigger = (body: Body<'CreateTrigStmt'>, context: Context): Ddl => {
  const fields = only(
    'CreateTrigStmt',
    body,
    'replace',
    'isconstraint',
    'trigname',
    'relation',
    'funcname',
    'args',
    'row',
    'timing',
    'events',
    'columns',
    'whenClause',
    'transitionRels',
    'deferrable',
    'initdeferred',
    'constrrel',
  )
  const names = [
    tableName(required(fields.relation, 'CreateTrigStmt.relation')),
    [required(fields.trigname, 'CreateTrigStmt.trigname')],
  ]
  return ddl('create', 'trigger', names, {
    on: tableRef(fields.relation, context),
    ...expressionParts([fields.whenClause], context),
    tables: fields.constrrel === undefined ? [] : [tableRef(fields.constrrel, context)],
    ...firesOf(texts(fields.funcname)),
  })
}

/** The system's own functions of triggers (pg_proc.dat), which come before those of the users under any path. */
const SYSTEM_TRIGGERS =
  /^(?:ri_fkey_\w+|suppress_redundant_updates_trigger|tsvector_update_trigger(?:_column)?|unique_key_recheck)$/i

const firesOf = (name: Name): Pick<Ddl, 'fires'> =>
  SYSTEM_TRIGGERS.test(name.at(-1) ?? '') ? {} : { fires: name }

const policy = (verb: 'create' | 'alter', body: Body<'CreatePolicyStmt'>, context: Context): Ddl => {
  const fields = only(
    'CreatePolicyStmt',
    body,
    'policy_name',
    'table',
    'cmd_name',
    'permissive',
    'roles',
    'qual',
    'with_check',
  )
  const names = [
    tableName(required(fields.table, 'CreatePolicyStmt.table')),
    [required(fields.policy_name, 'CreatePolicyStmt.policy_name')],
  ]
  return ddl(verb, 'policy', names, {
    ...expressionParts([fields.qual, fields.with_check], context),
    on: tableRef(fields.table, context),
  })
}

const createDomain = (body: Body<'CreateDomainStmt'>, context: Context): Ddl => {
  const fields = only('CreateDomainStmt', body, 'domainname', 'typeName', 'collClause', 'constraints')
  typeName(fields.typeName)
  const parts = (fields.constraints ?? []).map((node) => constraint(expect('Constraint', node), context))
  return ddl('create', 'domain', [texts(fields.domainname)], joinParts(parts))
}

const alterDomain = (body: Body<'AlterDomainStmt'>, context: Context): Ddl => {
  const { typeName: name, def } = only(
    'AlterDomainStmt',
    body,
    'subtype',
    'typeName',
    'name',
    'def',
    'behavior',
    'missing_ok',
  )
  const parts: Parts =
    def !== undefined && 'Constraint' in def
      ? constraint(def.Constraint, context)
      : expressionParts([def], context)
  return ddl('alter', 'domain', [texts(name)], parts)
}

/** The objects of a publication: tables with their filters, schemas by name. */
const published = (nodes: readonly Node[] | undefined, context: Context): Parts =>
  joinParts(
    (nodes ?? []).map((node) => {
      const { pubtable } = only(
        'PublicationObjSpec',
        expect('PublicationObjSpec', node),
        'pubobjtype',
        'name',
        'pubtable',
      )
      if (pubtable === undefined) return { tables: [], expressions: [] }
      const { relation, whereClause } = only(
        'PublicationTable',
        pubtable,
        'relation',
        'whereClause',
        'columns',
      )
      return { ...expressionParts([whereClause], context), tables: [tableRef(relation, context)] }
    }),
  )

const publication = (verb: 'create' | 'alter', body: Body<'AlterPublicationStmt'>, context: Context): Ddl => {
  const { pubname, options, pubobjects } = only(
    'AlterPublicationStmt',
    body,
    'pubname',
    'options',
    'pubobjects',
    'for_all_tables',
    'action',
  )
  checkOptions(options)
  const name = required(pubname, 'AlterPublicationStmt.pubname')
  return ddl(verb, 'publication', [[name]], published(pubobjects, context))
}

const createSchema = (body: Body<'CreateSchemaStmt'>, context: Context): Ddl => {
  const { schemaname, authrole, schemaElts } = only(
    'CreateSchemaStmt',
    body,
    'schemaname',
    'authrole',
    'schemaElts',
    'if_not_exists',
  )
  const elements = (schemaElts ?? []).map((node): Statement => context.statement(node))
  if (elements.some((element) => element.kind === 'ddl' && element.object === 'trigger'))
    throw new Unreadable('a schema is made with a trigger in it')
  const schema = schemaname ?? authrole?.rolename
  const made = new Set(elements.flatMap((element) => madeName(element)?.at(-1) ?? []))
  // What is made goes into the new schema, and its names are looked up there first.
  const inside = (table: TableRef): TableRef => {
    const [bare, ...more] = table.name
    return schema !== undefined && bare !== undefined && more.length === 0 && made.has(bare)
      ? { ...table, name: [schema, bare] }
      : table
  }
  const names = elements.flatMap((element) =>
    element.kind === 'ddl' || element.kind === 'dcl' ? element.names : [],
  )
  const targets = elements.flatMap((element) => {
    if (element.kind === 'dcl') return element.tables ?? []
    if (element.kind !== 'ddl') return []
    const own = madeName(element)
    return [...(own === undefined ? [] : [plainTable(own)]), ...(element.on ? [element.on] : [])]
  })
  return ddl('create', 'schema', [...(schema === undefined ? [] : [[schema]]), ...names], {
    parts: elements.flatMap(verbOf),
    elements: elements.flatMap((element) => (element.kind === 'ddl' ? [elementIn(element, inside)] : [])),
    targets: targets.map(inside),
  })
}

/** The name of a table or view that a part of CREATE SCHEMA makes. */
const madeName = (element: Statement): Name | undefined =>
  element.kind === 'ddl' && RELATIONS.has(element.object) ? element.names[0] : undefined

const verbOf = (element: Statement): readonly string[] => {
  if (element.kind === 'ddl') return [`${element.verb} ${element.object}`]
  return element.kind === 'dcl' ? [element.verb] : []
}

/** A part of CREATE SCHEMA, with the full names of what is made with it. */
const elementIn = (element: Ddl, inside: (table: TableRef) => TableRef): Ddl => {
  visit(element, (node) => {
    if (node.kind === 'cte' && inside(plainTable([node.name])).name.length > 1)
      throw new Unreadable('a schema is made with a view whose WITH has the name of another part')
  })
  const names = element.names.map((name) => inside(plainTable(name)).name)
  return { ...withTables(element, inside), names }
}

/** A tree with other tables. It is walked by its plain structure, whatever fields a node has. */
const withTables = <T>(node: T, other: (table: TableRef) => TableRef): T => {
  if (Array.isArray(node)) return node.map((one) => withTables(one, other)) as T
  if (typeof node !== 'object' || node === null || node instanceof Map) return node
  const made = Object.fromEntries(Object.entries(node).map(([name, one]) => [name, withTables(one, other)]))
  return (made['kind'] === 'table-ref' ? other(made as unknown as TableRef) : made) as T
}

/** Definitions that carry code or expressions to run later. */
export const codeRules = {
  CreateFunctionStmt: createFunction,
  RuleStmt: createRule,
  CreateTrigStmt: createTrigger,
  CreatePolicyStmt: (body, context) => policy('create', body, context),
  AlterPolicyStmt: (body, context) => policy('alter', body, context),
  CreateDomainStmt: createDomain,
  AlterDomainStmt: alterDomain,
  CreateSchemaStmt: createSchema,
  CreatePublicationStmt: (body, context) => publication('create', body, context),
  AlterPublicationStmt: (body, context) => publication('alter', body, context),
  CompositeTypeStmt: (body) => {
    const { typevar, coldeflist } = only('CompositeTypeStmt', body, 'typevar', 'coldeflist')
    const name = required(typevar, 'CompositeTypeStmt.typevar')
    for (const node of coldeflist ?? []) {
      const column = only(
        'ColumnDef',
        expect('ColumnDef', node),
        'colname',
        'typeName',
        'is_local',
        'collClause',
      )
      typeName(column.typeName)
    }
    return ddl('create', 'type', [tableName(name)], { temporary: isTemporary(name) })
  },
} satisfies Rules<Ddl>
