import type { Statement } from '@sluice/core/statement/command'
import type {
  Call,
  Expression,
  Operator,
  SortKey,
  SubqueryExpression,
  Window,
} from '@sluice/core/statement/expression'
import type { FromItem, Join, Query, Select, TableRef, Target, With } from '@sluice/core/statement/query'
import type { Assignment, Delete, Insert, Merge, MergeAction, Update } from '@sluice/core/statement/write'
import type { TreeStyle } from './grammar.ts'

const list = (parts: readonly string[]): string => parts.join(', ')
/** The clauses that are there, with a space between. */
const clauses = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part).join(' ')

/** Writes a tree of `statementTrees` as SQL, with parentheses around every operator, so that no precedence is asked for. */
export class TreePrinter {
  readonly #style: TreeStyle

  constructor(style: TreeStyle) {
    this.#style = style
  }

  statement(node: Statement): string {
    switch (node.kind) {
      case 'insert':
        return this.#insert(node)
      case 'update':
        return this.#update(node)
      case 'delete':
        return this.#delete(node)
      case 'merge':
        return this.#merge(node)
      case 'select':
      case 'set-operation':
      case 'values':
        return this.#query(node)
      default:
        throw new Error(`\`${node.kind}\` is not made by \`statementTrees\``)
    }
  }

  #name(parts: readonly string[]): string {
    return parts.map(this.#style.name).join('.')
  }

  #names(names: readonly string[]): string {
    return names.length === 0 ? '' : `(${list(names.map(this.#style.name))})`
  }

  #with(node: With | undefined): string | undefined {
    if (node === undefined) return undefined
    const ctes = node.ctes.map(
      ({ name, columns, query }) =>
        `${this.#style.name(name)} ${this.#names(columns)} AS (${this.statement(query)})`,
    )
    return `${this.#style.with(node.recursive)} ${list(ctes)}`
  }

  #query(node: Query): string {
    return clauses(this.#with(node.with), this.#body(node), this.#order(node.orderBy), this.#limit(node))
  }

  #body(node: Query): string {
    if (node.kind === 'select') return this.#select(node)
    if (node.kind === 'values') return `VALUES ${this.#rows(node.rows)}`
    const all = node.all ? ' ALL' : ''
    return `(${this.#query(node.left)}) ${node.op.toUpperCase()}${all} (${this.#query(node.right)})`
  }

  #rows(rows: readonly (readonly Expression[])[]): string {
    return list(rows.map((row) => `(${this.#expressions(row)})`))
  }

  #limit({ limit, offset }: Query): string | undefined {
    if (limit === undefined && offset === undefined) return undefined
    const text = (node: Expression | undefined) => (node === undefined ? undefined : this.#expression(node))
    return this.#style.limit(text(limit), text(offset))
  }

  #order(keys: readonly SortKey[]): string | undefined {
    if (keys.length === 0) return undefined
    return `ORDER BY ${list(keys.map((key) => `${this.#expression(key.expression)}${key.descending ? ' DESC' : ''}`))}`
  }

  #select(node: Select): string {
    const on = node.distinctOn.length > 0 ? ` ON (${this.#expressions(node.distinctOn)})` : ''
    return clauses(
      'SELECT',
      node.distinct ? `DISTINCT${on}` : undefined,
      this.#targets(node.targets),
      this.#from('FROM', node.from),
      this.#where('WHERE', node.where),
      node.groupBy.length > 0 ? `GROUP BY ${this.#expressions(node.groupBy)}` : undefined,
      this.#where('HAVING', node.having),
    )
  }

  #targets(targets: readonly Target[]): string {
    return list(
      targets.map(({ expression, alias }) =>
        clauses(
          this.#expression(expression),
          alias === undefined ? undefined : `AS ${this.#style.name(alias)}`,
        ),
      ),
    )
  }

  #where(word: string, node: Expression | undefined): string | undefined {
    return node === undefined ? undefined : `${word} ${this.#expression(node)}`
  }

  #from(word: string, items: readonly FromItem[]): string | undefined {
    return items.length === 0 ? undefined : `${word} ${list(items.map((item) => this.#item(item)))}`
  }

  #table({ name, alias }: TableRef): string {
    return clauses(this.#name(name), alias === undefined ? undefined : `AS ${this.#style.name(alias)}`)
  }

  #item(node: FromItem): string {
    switch (node.kind) {
      case 'table-ref':
        return this.#table(node)
      case 'derived':
        return clauses(
          node.lateral ? 'LATERAL' : undefined,
          `(${this.#query(node.query)}) AS ${this.#style.name(node.alias ?? '')}`,
          this.#names(node.columnAliases),
        )
      case 'join':
        return this.#join(node)
      case 'pivot':
      case 'function-table':
        throw new Error('functions and PIVOT in FROM are not made by `statementTrees`')
    }
  }

  #join(node: Join): string {
    const type = node.type === 'cross' ? 'CROSS' : node.type.toUpperCase()
    return clauses(
      this.#item(node.left),
      node.natural ? 'NATURAL' : undefined,
      `${type} JOIN`,
      this.#item(node.right),
      this.#where('ON', node.on),
      node.using.length > 0 ? `USING ${this.#names(node.using)}` : undefined,
    )
  }

  #expressions(nodes: readonly Expression[]): string {
    return list(nodes.map((node) => this.#expression(node)))
  }

  #expression(node: Expression): string {
    switch (node.kind) {
      case 'column-ref':
        return this.#name(node.name)
      case 'star':
        return node.qualifier.length > 0 ? `${this.#name(node.qualifier)}.*` : '*'
      case 'literal':
        if (node.type === 'null') return 'NULL'
        if (node.type === 'boolean') return node.value ?? 'true'
        return node.type === 'number' ? '42' : "'it''s'"
      case 'param':
        return this.#style.param(node.index)
      case 'call':
        return this.#call(node)
      case 'operator':
        return this.#operator(node)
      case 'cast':
        return `CAST(${this.#expression(node.operand)} AS ${this.#style.type(node.type)})`
      case 'case':
        return this.#case(node)
      case 'subquery':
        return this.#subquery(node)
      case 'row':
        return this.#style.row(this.#expressions(node.fields))
      case 'array':
        return `ARRAY[${this.#expressions(node.elements)}]`
      case 'default':
        return 'DEFAULT'
      case 'field-select':
      case 'subscript':
        throw new Error(`\`${node.kind}\` is not made by \`statementTrees\``)
    }
  }

  #call({ name, args, star, distinct, filter, over }: Call): string {
    return clauses(
      `${this.#style.call(name)}(${distinct ? 'DISTINCT ' : ''}${star ? '*' : this.#expressions(args)})`,
      filter === undefined ? undefined : `FILTER (WHERE ${this.#expression(filter)})`,
      over === undefined ? undefined : `OVER (${this.#window(over)})`,
    )
  }

  #window({ partitionBy, orderBy }: Window): string {
    const by = partitionBy.length > 0 ? `PARTITION BY ${this.#expressions(partitionBy)}` : undefined
    return clauses(by, this.#order(orderBy))
  }

  #operator({ op, operands }: Operator): string {
    const [first = '', ...others] = operands.map((operand) => this.#expression(operand))
    const word = op.toUpperCase()
    if (op === 'in' || op === 'not in') return `(${first} ${word} (${list(others)}))`
    if (op === 'between' || op === 'not between') return `(${first} ${word} ${others[0]} AND ${others[1]})`
    if (others.length === 0 && op.startsWith('is ')) return `(${first} ${word})`
    if (others.length === 0) return `(${word} ${first})`
    return `(${[first, ...others].join(` ${word} `)})`
  }

  #case({ subject, branches, otherwise }: Extract<Expression, { kind: 'case' }>): string {
    return clauses(
      'CASE',
      subject === undefined ? undefined : this.#expression(subject),
      ...branches.map(({ when, then }) => `WHEN ${this.#expression(when)} THEN ${this.#expression(then)}`),
      otherwise === undefined ? undefined : `ELSE ${this.#expression(otherwise)}`,
      'END',
    )
  }

  #subquery({ mode, op, test, query }: SubqueryExpression): string {
    const inner = `(${this.#query(query)})`
    if (mode === 'scalar') return inner
    if (mode === 'exists') return `(EXISTS ${inner})`
    if (mode === 'array') return `ARRAY${inner}`
    const tested = test === undefined ? '' : this.#expression(test)
    if (mode === 'any' && op === '=') return `(${tested} IN ${inner})`
    return `(${tested} ${op} ${mode.toUpperCase()} ${inner})`
  }

  #assignments(assignments: readonly Assignment[]): string {
    return list(
      assignments.map(({ columns, value }) => {
        const left = columns.length > 1 ? this.#names(columns) : this.#name(columns)
        return `${left} = ${this.#expression(value)}`
      }),
    )
  }

  #returning(targets: readonly Target[]): string | undefined {
    return targets.length === 0 ? undefined : `RETURNING ${this.#targets(targets)}`
  }

  #insert(node: Insert): string {
    const conflict = node.onConflict
    const action =
      conflict === undefined || conflict.assignments.length === 0
        ? 'DO NOTHING'
        : clauses(
            `DO UPDATE SET ${this.#assignments(conflict.assignments)}`,
            this.#where('WHERE', conflict.where),
          )
    return clauses(
      this.#with(node.with),
      `INSERT INTO ${this.#table(node.target)}`,
      this.#names(node.columns),
      node.source === undefined ? 'DEFAULT VALUES' : this.#query(node.source),
      conflict === undefined ? undefined : `ON CONFLICT (${this.#expressions(conflict.arbiter)}) ${action}`,
      this.#returning(node.returning),
    )
  }

  #update(node: Update): string {
    return clauses(
      this.#with(node.with),
      `UPDATE ${this.#table(node.target)} SET ${this.#assignments(node.assignments)}`,
      this.#from('FROM', node.from),
      this.#where('WHERE', node.where),
      this.#returning(node.returning),
    )
  }

  #delete(node: Delete): string {
    return clauses(
      this.#with(node.with),
      `DELETE FROM ${this.#table(node.target)}`,
      this.#from('USING', node.using),
      this.#where('WHERE', node.where),
      this.#returning(node.returning),
    )
  }

  #merge(node: Merge): string {
    return clauses(
      this.#with(node.with),
      `MERGE INTO ${this.#table(node.target)} USING ${this.#item(node.source)}`,
      this.#where('ON', node.on),
      ...node.actions.map((action) => this.#action(action)),
      this.#returning(node.returning),
    )
  }

  #action({ action, condition, columns, values, assignments }: MergeAction): string {
    const when = `WHEN ${action === 'insert' ? 'NOT ' : ''}MATCHED`
    const what = {
      insert: () => `INSERT ${this.#names(columns)} VALUES (${this.#expressions(values)})`,
      update: () => `UPDATE SET ${this.#assignments(assignments)}`,
      delete: () => 'DELETE',
      nothing: () => 'DO NOTHING',
    }[action]()
    return clauses(
      when,
      condition === undefined ? undefined : `AND ${this.#expression(condition)}`,
      `THEN ${what}`,
    )
  }
}
