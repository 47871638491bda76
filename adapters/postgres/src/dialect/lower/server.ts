import type { Copy, Maintenance, Statement } from '@sluice/core/statement/command'
import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node, RangeVar } from 'libpg-query'
import { lowerCall } from './call.ts'
import { type Body, type Context, expect, make, only, required, text, texts } from './context.ts'
import { checkOptions } from './ddl-parts.ts'
import type { Rules } from './expression.ts'
import { tableRef } from './from.ts'

/** The value of an option as a text: a word, a number, a list. Absent: the option alone, which means on. */
const optionValue = (node: Node | undefined): string => {
  if (node === undefined) return 'true'
  if ('String' in node) return text(node)
  if ('Integer' in node) return String(only('Integer', node.Integer, 'ival').ival ?? 0)
  if ('Float' in node) return only('Float', node.Float, 'fval').fval ?? ''
  if ('Boolean' in node) return String(only('Boolean', node.Boolean, 'boolval').boolval ?? false)
  if ('A_Star' in node) return '*'
  if ('TypeName' in node) return texts(node.TypeName.names).join('.')
  if ('List' in node) return (only('List', node.List, 'items').items ?? []).map(optionValue).join(',')
  throw new Unreadable('the value of an option is not known')
}

const optionsOf = (nodes: readonly Node[] | undefined): [name: string, value: string][] =>
  (nodes ?? []).map((node) => {
    const { defname, arg } = only(
      'DefElem',
      expect('DefElem', node),
      'defnamespace',
      'defname',
      'arg',
      'defaction',
    )
    return [required(defname, 'DefElem.defname').toLowerCase(), optionValue(arg)]
  })

const formats = ['text', 'csv', 'binary'] as const

const formatOf = (name: string | undefined): Copy['format'] =>
  name === undefined ? 'text' : (formats.find((format) => format === name.toLowerCase()) ?? 'unknown')

const copy = (body: Body<'CopyStmt'>, context: Context): Copy => {
  const fields = only(
    'CopyStmt',
    body,
    'relation',
    'query',
    'attlist',
    'is_from',
    'is_program',
    'filename',
    'options',
    'whereClause',
  )
  const { format, ...options } = Object.fromEntries(optionsOf(fields.options))
  return make<Copy>({
    kind: 'copy',
    at: undefined,
    direction: fields.is_from === true ? 'in' : 'out',
    table: fields.relation === undefined ? undefined : tableRef(fields.relation, context),
    query: fields.query === undefined ? undefined : context.rowSource(fields.query),
    columns: texts(fields.attlist),
    via: fields.is_program === true ? 'program' : fields.filename === undefined ? 'client' : 'file',
    clientFile: undefined,
    replaces: undefined,
    where: context.optional(fields.whereClause),
    format: formatOf(format),
    options,
  })
}

const off: ReadonlySet<string> = new Set(['false', 'off', '0'])

const explain = (body: Body<'ExplainStmt'>, context: Context): Statement => {
  const { query, options } = only('ExplainStmt', body, 'query', 'options')
  // A value that is not plainly off counts as on, and so does one of several.
  const analyze = optionsOf(options).some(
    ([name, value]) => name === 'analyze' && !off.has(value.toLowerCase()),
  )
  return { kind: 'explain', analyze, statement: context.statement(required(query, 'ExplainStmt.query')) }
}

const doBlock = (fields: Body<'DoStmt'>, context: Context): Statement => {
  const args = new Map(optionsOf(only('DoStmt', fields, 'args').args))
  const language = args.get('language') ?? 'plpgsql'
  const body = required(args.get('as'), 'DoStmt.args')
  return make({
    kind: 'do',
    at: undefined,
    language,
    body,
    runs: language === 'plpgsql' ? context.routine(body) : undefined,
  })
}

const maintenance = (verb: string, tables: readonly TableRef[] = []): Maintenance => ({
  kind: 'maintenance',
  verb,
  tables,
})

const optionalTable = (range: RangeVar | undefined, context: Context): TableRef[] =>
  range === undefined ? [] : [tableRef(range, context)]

/** Work on the server itself, COPY, EXPLAIN and code that is run. */
export const serverRules = {
  CopyStmt: copy,
  ExplainStmt: explain,
  DoStmt: doBlock,
  CallStmt: (body, context) => ({
    kind: 'call-procedure',
    call: lowerCall(required(only('CallStmt', body, 'funccall').funccall, 'CallStmt.funccall'), context),
  }),
  LockStmt: (body, context) => {
    const { relations } = only('LockStmt', body, 'relations', 'mode', 'nowait')
    return {
      kind: 'lock',
      tables: (relations ?? []).map((node) => tableRef(expect('RangeVar', node), context)),
    }
  },
  VacuumStmt: (body, context) => {
    const { options, rels, is_vacuumcmd } = only('VacuumStmt', body, 'options', 'rels', 'is_vacuumcmd')
    checkOptions(options)
    const tables = (rels ?? []).map((node) =>
      tableRef(
        only('VacuumRelation', expect('VacuumRelation', node), 'relation', 'va_cols').relation,
        context,
      ),
    )
    return maintenance(is_vacuumcmd === true ? 'vacuum' : 'analyze', tables)
  },
  ClusterStmt: (body, context) => {
    const { relation, params } = only('ClusterStmt', body, 'relation', 'indexname', 'params')
    checkOptions(params)
    return { ...maintenance('cluster', optionalTable(relation, context)), sorts: true }
  },
  ReindexStmt: (body, context) => {
    const { kind, relation, params } = only('ReindexStmt', body, 'kind', 'relation', 'name', 'params')
    checkOptions(params)
    const table = kind === 'REINDEX_OBJECT_TABLE' ? relation : undefined
    return maintenance('reindex', optionalTable(table, context))
  },
  CheckPointStmt: (body) => {
    only('CheckPointStmt', body)
    return maintenance('checkpoint')
  },
  LoadStmt: (body) => {
    only('LoadStmt', body, 'filename')
    return maintenance('load')
  },
  AlterSystemStmt: (body) => {
    only('AlterSystemStmt', body, 'setstmt')
    return maintenance('alter system')
  },
} satisfies Rules<Statement>
