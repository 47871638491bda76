import { analyse } from '@sluice/core/analysis/analyse'
import type { RowContext, SessionNames } from '@sluice/core/analysis/context'
import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog, CodeMoves, Column, Relation, StandingMove } from '@sluice/core/catalog/catalog'
import { isColumn, movesOf, readsOf } from '@sluice/core/flow/moves'
import type { Statement } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { postgresTraits } from '../analysis-traits/traits.ts'
import type { Read } from './definitions.ts'
import type { RoutineFound, Snapshot, TriggerFound } from './rows.ts'

/** In how many orders of the schemas the names of a body are looked up: a session's path decides, which may be any. */
const MAX_PATHS = 8

/** The most moves of one body; one that has more is followed as far as that. */
const MAX_MOVES = 20_000

const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

/**
 * The catalog with what the database's own code does: which values triggers, rules, defaults and keys bring where
 * whenever somebody writes, and what calling a function reads and moves.
 *
 * INVARIANT (no-unproven-column): a body, or a part of one, that cannot be read may bring all that it is called for,
 * and all columns of the tables whose names stand in it, into any column of these tables that has room for a text.
 */
export const withCode = (catalog: Catalog, found: Snapshot, read: Read): Catalog => {
  const code = new Code(catalog, found, read.bodies)
  const standing = [
    ...found.triggers.flatMap((trigger) => code.ofTrigger(trigger)),
    ...found.rules.flatMap(({ relation, definition }, i) => code.ofRule(relation, definition, read.rules[i])),
    ...found.defaults.flatMap(({ relation, ordinal, expression }, i) =>
      code.ofDefault(columnAt(catalog, relation, ordinal), expression, read.defaults[i]),
    ),
    ...found.references.flatMap(({ relation, ordinals, target, targets }) =>
      ordinals.flatMap((ordinal, i) => {
        const [to, from] = [columnAt(catalog, relation, ordinal), columnAt(catalog, target, targets[i] ?? 0)]
        return to && from && to !== from ? [{ source: from, target: to, direct: true }] : []
      }),
    ),
  ]
  return Object.freeze({ ...code.catalog, standing })
}

const columnAt = (catalog: Catalog, relation: number, ordinal: number): Column | undefined =>
  catalog.relationById(relation)?.columns.find((column) => column.ordinal === ordinal)

/** Types without room for a text: code that cannot be read is not taken to bring one there. */
const NARROW: ReadonlySet<string> = new Set(
  'int2 int4 int8 float4 float8 numeric money bool oid uuid time timetz timestamp timestamptz interval'.split(
    ' ',
  ),
)

const hasRoom = ({ type }: Column): boolean => !NARROW.has(type)

class Code {
  readonly catalog: Catalog
  readonly #routines = new Map<string, RoutineFound[]>()
  readonly #byId: ReadonlyMap<number, RoutineFound>
  readonly #bodies: ReadonlyMap<number, Reading>
  readonly #paths: readonly (readonly string[])[]
  readonly #tables: ReadonlyMap<string, readonly Relation[]>
  readonly #known = new Map<number, CodeMoves | undefined>()

  constructor(catalog: Catalog, found: Snapshot, bodies: ReadonlyMap<number, Reading>) {
    this.#bodies = bodies
    this.#byId = new Map(found.routines.map((routine) => [routine.id, routine]))
    for (const routine of found.routines) {
      const key = JSON.stringify([routine.schema, routine.name])
      this.#routines.set(key, [...(this.#routines.get(key) ?? []), routine])
    }
    const users = catalog.relations.filter(({ system }) => !system)
    this.#tables = Map.groupBy(users, ({ name }) => name.toLowerCase())
    const schemas = [...new Set([...users, ...found.routines].map(({ schema }) => schema))]
    const first = schemas.slice(0, MAX_PATHS)
    this.#paths = first.map((own) => ['pg_catalog', own, ...schemas.filter((one) => one !== own)])
    this.catalog = { ...catalog, code: (schema, name) => this.#ofName(schema, name) }
  }

  /** All overloads of a name together. */
  #ofName(schema: string, name: string): CodeMoves | undefined {
    const all = (this.#routines.get(JSON.stringify([schema, name])) ?? []).flatMap(
      (routine) => this.#ofRoutine(routine) ?? [],
    )
    return all.length > 1 ? joined(all) : all[0]
  }

  /** Undefined: it looks at nothing and moves nothing, or calls itself and is counted where that began. */
  #ofRoutine(routine: RoutineFound): CodeMoves | undefined {
    const { id, extension, language, kind } = routine
    if (this.#known.has(id)) return this.#known.get(id)
    this.#known.set(id, undefined)
    if (extension !== null || language === 'c' || language === 'internal' || kind === 'a') return undefined
    const code = this.#ofBody(statementsOf(this.#bodies.get(id)), textOf(routine), undefined)
    const does = code.reads.length + code.moves.length + code.writes.length > 0 ? code : undefined
    this.#known.set(id, does)
    return does
  }

  ofTrigger({ relation: id, routine, args, tables }: TriggerFound): readonly StandingMove[] {
    const relation = this.catalog.relationById(id)
    if (!relation) return []
    const row: RowContext = { relation, names: ['new', 'old'], tables }
    const found = this.#byId.get(routine)
    // The system's own triggers make vectors of the row's texts (tsvector_update_trigger), or nothing.
    if (!found)
      return across(
        relation.columns,
        relation.columns.filter(({ type }) => type === 'tsvector'),
      )
    if (found.language === 'c' || found.language === 'internal') return []
    return this.#ofBody(statementsOf(this.#bodies.get(routine)), `${textOf(found)} ${args}`, row).moves
  }

  ofRule(id: number, text: string | null, read: Reading | undefined): readonly StandingMove[] {
    const relation = this.catalog.relationById(id)
    if (!relation || text === null) return []
    const row: RowContext = { relation, names: ['new', 'old'], tables: [] }
    const bodies = statementsOf(read)?.flatMap(({ read: one, statement }) =>
      statement.kind === 'procedural'
        ? statement.statements.map((inner) => ({ read: one, statement: inner }))
        : [],
    )
    const { moves } = this.#ofBody(bodies, text, row)
    // RETURNING of the statement shows what the rule's own returns, place by place.
    const returned = (bodies ?? [])
      .flatMap((body) => this.#factsOf(body, row))
      .flatMap(({ outputs, ...facts }) =>
        typeof outputs === 'string'
          ? []
          : outputs.flatMap(({ sources, unknown, direct }, i) => {
              const target = relation.columns[i]
              const all = unknown ? [...sources, ...readsOf(facts)] : sources
              return target ? across(all, [target], direct && !unknown) : []
            }),
      )
    return [...moves, ...returned]
  }

  ofDefault(
    target: Column | undefined,
    text: string | null,
    read: Reading | undefined,
  ): readonly StandingMove[] {
    if (!target || text === null) return []
    const [first] = read ?? []
    const facts = first ? this.#factsOf({ read: first, statement: first.statement }, undefined) : []
    const clear = facts.filter(({ opaque, outputs }) => opaque === undefined && typeof outputs !== 'string')
    if (clear.length === 0)
      return across(
        this.#named(text).flatMap(({ columns }) => columns),
        [target],
      )
    return across([...new Set(clear.flatMap(readsOf))], [target])
  }

  /** `bodies` undefined: it cannot be read. */
  #ofBody(bodies: readonly Body[] | undefined, text: string, row: RowContext | undefined): CodeMoves {
    const facts = (bodies ?? []).flatMap((body) => this.#factsOf(body, row))
    const clear: CodeMoves = {
      reads: [...new Set(facts.flatMap(readsOf))],
      moves: distinct(facts.flatMap(columnMoves)),
      writes: [...new Set(facts.flatMap(writtenIn))],
    }
    const hidden =
      bodies === undefined || facts.some(({ opaque, dynamic }) => opaque !== undefined || dynamic)
    return hidden ? joined([clear, this.#hidden(text, row, bodies === undefined)]) : clear
  }

  /** What code may do that runs a text put together, or of which nothing can be read. */
  #hidden(text: string, row: RowContext | undefined, all: boolean): CodeMoves {
    const named = this.#named(text)
    const own = row?.relation.columns ?? []
    const reads = [...new Set([...named.flatMap(({ columns }) => columns), ...own])]
    const writes = [...named.flatMap(({ columns }) => columns), ...(all ? own : [])].filter(hasRoom)
    return { reads, writes, moves: across(reads, [...new Set(writes)]) }
  }

  /** Tables whose names are words of a text. */
  #named(text: string): readonly Relation[] {
    const words = new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu))
    return [...words].flatMap((word) => this.#tables.get(word) ?? [])
  }

  #factsOf({ read, statement }: Body, row: RowContext | undefined): readonly Facts[] {
    return this.#paths.map((searchPath) => {
      const context = { database: this.catalog.database, searchPath, ...(row ? { row } : {}) }
      return analyse({ ...read, statement }, this.catalog, context, NO_NAMES, postgresTraits).facts
    })
  }
}

type Body = { readonly read: ReadStatement; readonly statement: Statement }

/** The statements that run: of CREATE FUNCTION and CREATE RULE, what they define. Undefined: it could not be read. */
const statementsOf = (reading: Reading | undefined): readonly Body[] | undefined => {
  if (reading === undefined || reading.length === 0) return undefined
  const all = reading.map((read): Body | undefined => {
    const { statement } = read
    if (statement.kind !== 'ddl') return { read, statement }
    return statement.runs && { read, statement: statement.runs }
  })
  return all.every((one) => one !== undefined) ? all : undefined
}

const textOf = ({ definition, body, source }: RoutineFound): string => definition ?? body ?? source

/** Columns of tables that are written, whatever comes into them. */
const writtenIn = ({ columns, tables }: Facts): readonly Column[] => {
  const written = new Set(
    tables.flatMap(({ schema, name, access }) => (access.includes('write') ? [`${schema}\0${name}`] : [])),
  )
  return columns.flatMap(({ column, roles }) =>
    roles.includes('assignment') && written.has(`${column.relation.schema}\0${column.relation.name}`)
      ? [column]
      : [],
  )
}

const columnMoves = (facts: Facts): readonly StandingMove[] =>
  movesOf(facts).flatMap(({ target, sources, direct }) =>
    isColumn(target) ? across(sources.filter(isColumn), [target], direct) : [],
  )

const across = (
  sources: readonly Column[],
  targets: readonly Column[],
  direct = false,
): readonly StandingMove[] =>
  sources
    .flatMap((source) => targets.flatMap((target) => (source === target ? [] : [{ source, target, direct }])))
    .slice(0, MAX_MOVES)

/** A column is one object in one catalog. */
const distinct = (moves: readonly StandingMove[]): readonly StandingMove[] => {
  const seen = [new Map<Column, Set<Column>>(), new Map<Column, Set<Column>>()] as const
  return moves.filter(({ source, target, direct }) => {
    const from = seen[direct ? 1 : 0]
    const targets = from.get(source) ?? new Set()
    if (targets.size === 0) from.set(source, targets)
    if (targets.has(target)) return false
    targets.add(target)
    return true
  })
}

const joined = (all: readonly CodeMoves[]): CodeMoves => ({
  reads: [...new Set(all.flatMap(({ reads }) => reads))],
  moves: distinct(all.flatMap(({ moves }) => moves)),
  writes: [...new Set(all.flatMap(({ writes }) => writes))],
})
