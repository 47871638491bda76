import type { Procedural, RowFill, Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Query } from '@sluice/core/statement/query'
import { type ValueOf, withValues } from '@sluice/core/statement/with-values'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { parsePlpgsql } from '../parser/parse.ts'
import { checkStrings, declaredValues } from './declarations.ts'
import { constantText, QUOTED_INDEX } from './dynamic.ts'
import { filledColumn, fillsOf, type TriggerRow, triggerRow } from './row-fills.ts'
import { opened, SHAPES } from './shapes.ts'
import { typesOf, typeWritten } from './variables.ts'

/** Reads a text of SQL: one tree for each statement of it. Throws Unreadable. */
type ReadSql = (text: string) => readonly Statement[]

/** How an expression's text is to be read (plpgsql.h, RawParseMode of parser.h). */
const MODE = { statement: 0, expression: 2, assignments: [3, 4, 5] } as const

/**
 * What a body in PL/pgSQL does when it runs: every statement and expression of it. `text` is the DO or CREATE FUNCTION
 * that holds it, `body` its literal. Throws Unreadable where anything of it is not understood.
 */
export const readBody = (text: string, body: string, readSql: ReadSql): Procedural => {
  checkStrings(body)
  const parsed = parsePlpgsql(text) as { plpgsql_funcs?: readonly object[] }
  const [found, ...more] = parsed.plpgsql_funcs ?? []
  if (found === undefined || more.length > 0) throw new Unreadable('the text does not hold one body')
  const reader = new BodyReader(readSql)
  reader.node(found)
  if (reader.values !== declaredValues(body))
    throw new Unreadable('not all values of declared variables can be followed')
  const { statements, expressions, fills, assumed } = reader
  const types = typesOf(reader.declared)
  const does = { verb: 'begin', statements, expressions, returns: false, fills }
  return {
    kind: 'procedural',
    ...does,
    ...(types.length === 0 ? {} : { types }),
    ...(assumed.size === 0 ? {} : { assumes: [...assumed] }),
    ...(!CONFLICTS.test(body) ? { variables: [...reader.names] } : {}),
    ...(DIAGNOSES.test(body) ? { diagnoses: true } : {}),
  }
}

/** Where a body says itself that columns come before its variables, a name that the catalog does not have is no variable. */
const CONFLICTS = /variable_conflict/i

/** SQLERRM, SQLSTATE, GET STACKED DIAGNOSTICS. */
const DIAGNOSES = /sqlerrm|sqlstate|stacked/i

class BodyReader {
  readonly statements: Statement[] = []
  readonly expressions: Expression[] = []
  readonly fills: RowFill[] = []
  /** Types of variables, as they are written. */
  readonly declared = new Set<string>()
  /** What the texts that it runs hang on: see `Procedural.assumes`. */
  readonly assumed = new Set<string>()
  /** Variables declared with a value. */
  values = 0
  /** Names of variables. */
  readonly names = new Set<string>()
  readonly #readSql: ReadSql
  #datums: readonly object[] = []
  /** Of a trigger's body: the rows that it is called for, among the datums. */
  #row: TriggerRow | undefined

  constructor(readSql: ReadSql) {
    this.#readSql = readSql
  }

  node(node: unknown): void {
    const { kind, fields } = opened(node)
    if (kind === 'PLpgSQL_expr') return this.#text(textOf(fields))
    const shape = Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : undefined
    if (!shape) throw new Unreadable(`\`${kind}\` of a body is not known`)
    if (kind === 'PLpgSQL_function') {
      this.#datums = (fields['datums'] as object[] | undefined) ?? []
      this.#row = triggerRow(fields, this.#datums)
    }
    if (fields['default_val'] !== undefined) this.values++
    if (typeof fields['refname'] === 'string') this.names.add(fields['refname'])
    if (fields['datatype'] !== undefined) this.declared.add(typeWritten(fields['datatype']))
    for (const [name, value] of Object.entries(fields)) {
      const role = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (role === undefined) throw new Unreadable(`\`${kind}.${name}\` of a body is not known`)
      if (role === 'node') this.node(value)
      if (role === 'nodes') for (const one of value as readonly unknown[]) this.node(one)
      if (role === 'dynamic') this.#dynamic(value, fields['params'])
    }
    this.#beside(kind, fields)
  }

  /** What a statement does that none of its texts says. */
  #beside(kind: string, fields: Readonly<Record<string, unknown>>): void {
    if (kind === 'PLpgSQL_stmt_commit') this.statements.push({ kind: 'transaction', op: 'commit' })
    if (kind === 'PLpgSQL_stmt_rollback') this.statements.push({ kind: 'transaction', op: 'rollback' })
    // A cursor that is opened and not closed stays for the session to fetch from.
    if (kind === 'PLpgSQL_stmt_open') this.statements.push({ kind: 'close-cursor' })
    if (kind === 'PLpgSQL_stmt_fetch' && !this.#isDeclared(fields['curvar']))
      this.statements.push({ kind: 'fetch', cursor: '', move: false })
    if (this.#row) this.fills.push(...fillsOf(kind, fields, this.#row))
  }

  /** True for a cursor variable with a query of its own; others may hold any cursor of the session. */
  #isDeclared(place: unknown): boolean {
    const datum = typeof place === 'number' ? this.#datums[place] : undefined
    return datum !== undefined && opened(datum).fields['cursor_explicit_expr'] !== undefined
  }

  #text({ query, mode }: Text): void {
    if (mode === MODE.statement) {
      const [statement, ...more] = this.#readSql(query)
      if (statement === undefined || more.length > 0) throw new Unreadable('a statement of a body is none')
      this.statements.push(statement)
    } else if (mode === MODE.expression) this.expressions.push(this.#value(query))
    else if (MODE.assignments.some((one) => one === mode)) this.#assignment(query)
    else throw new Unreadable('an expression of a body is of no known kind')
  }

  /** `a.b[i] := value`; PL/pgSQL takes `=` as well. */
  #assignment(text: string): void {
    const lexer = new Lexer(text, true)
    let depth = 0
    for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
      const token = text.slice(lexer.start, lexer.end)
      if (token === '(' || token === '[') depth++
      if (token === ')' || token === ']') depth--
      if (depth > 0 || kind !== Kind.operator || (token !== ':=' && token !== '=')) continue
      const target = text.slice(0, lexer.start)
      if (target.includes('[')) this.expressions.push(this.#value(target))
      const value = this.#value(text.slice(lexer.end))
      const column = this.#row && filledColumn(target)
      if (column === undefined) this.expressions.push(value)
      else this.fills.push({ kind: 'row-fill', column, value })
      return
    }
    throw new Unreadable('an assignment of a body assigns nothing')
  }

  /** An expression of PL/pgSQL is what follows SELECT: a value, or one with FROM and all the rest. */
  #value(text: string): Expression {
    return { kind: 'subquery', mode: 'scalar', query: this.#query(`SELECT ${text}`) }
  }

  #query(text: string): Query {
    const [query, ...more] = this.#readSql(text)
    const known = query?.kind === 'select' || query?.kind === 'set-operation' || query?.kind === 'values'
    if (!known || more.length > 0) throw new Unreadable('an expression of a body is none')
    return query
  }

  /** A text that is put together and run. */
  #dynamic(node: unknown, params: unknown): void {
    const { fields } = opened(node)
    const query = this.#query(`SELECT ${textOf(fields).query}`)
    const value =
      query.kind === 'select' && query.from.length === 0 ? query.targets[0]?.expression : undefined
    const assumed = new Set<string>()
    const text = value === undefined ? undefined : constantText(value, assumed)
    const whole: Expression = { kind: 'subquery', mode: 'scalar', query }
    this.expressions.push(whole)
    if (text === undefined)
      this.statements.push({ kind: 'opaque', reason: 'runs a text that is put together as it runs' })
    else {
      for (const name of assumed) this.assumed.add(name)
      const given = ((params as readonly unknown[] | undefined) ?? []).map((one) =>
        this.#value(textOf(opened(one).fields).query),
      )
      // Those of EXECUTE … USING, and those quoted into the text, which any of it may feed.
      const values: ValueOf = (index) => (index === QUOTED_INDEX ? whole : given[index - 1])
      this.statements.push(...this.#readSql(text).map((statement) => withValues(statement, values)))
    }
  }
}

type Text = { readonly query: string; readonly mode: number }

const textOf = (fields: Readonly<Record<string, unknown>>): Text => {
  const { query, parseMode, ...more } = fields
  if (typeof query !== 'string' || typeof parseMode !== 'number' || Object.keys(more).length > 0)
    throw new Unreadable('an expression of a body is of no known kind')
  return { query, mode: parseMode }
}
