import { analyse } from '@sluice/core/analysis/analyse'
import type { RowContext } from '@sluice/core/analysis/context'
import type { Facts } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type {
  Catalog,
  CodeMoves,
  Column,
  End,
  FlowPlace,
  Relation,
  StandingMove,
} from '@sluice/core/catalog/catalog'
import { type Around, type Call, Remembered } from '@sluice/core/catalog/look-ups'
import { madeOnce } from '@sluice/core/catalog/made-once'
import { across, columnsOf, distinctEnds, distinctMoves, joinedCode } from '@sluice/core/flow/code-moves'
import { isColumn, movesOf, readsOf } from '@sluice/core/flow/moves'
import type { Statement } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import { postgresTraits } from '../analysis-traits/traits.ts'
import { namesWithin } from './names-within.ts'
import type { RoutineFound, Snapshot } from './rows.ts'
import { SearchPaths } from './search-paths.ts'

/** How many findings of one statement are remembered: what it calls is not known at first, and grows in a circle. */
const REMEMBERED = 6

/** A statement of a body, and the reading that it is part of. */
type Body = { readonly read: ReadStatement; readonly statement: Statement }

/** What one statement of a body does, under any path. */
type Done = {
  /** As far as it can be followed. */
  readonly code: CodeMoves
  /** It runs a text put together, or cannot be understood. */
  readonly hidden: boolean
  /** What feeds the columns that it gives, by their place counting from 0. */
  readonly returned: readonly Returned[]
  /** What the expression that it is looks at; undefined: nobody knows. */
  readonly shown: readonly End[] | undefined
  readonly calls: readonly Call[]
}

type Returned = { readonly at: number; readonly sources: readonly End[]; readonly direct: boolean }

/** The statements that run: of CREATE FUNCTION and CREATE RULE, what they define. Undefined: it could not be read. */
export const statementsOf = (reading: Reading | undefined): readonly Body[] | undefined => {
  if (reading === undefined || reading.length === 0) return undefined
  const all = reading.map((read): Body | undefined => {
    const { statement } = read
    if (statement.kind !== 'ddl') return { read, statement }
    return statement.runs && { read, statement: statement.runs }
  })
  return all.every((one) => one !== undefined) ? all : undefined
}

/** Follows bodies of code in the tables of one catalog. */
export class BodyMoves {
  readonly #paths: SearchPaths
  readonly #tables: ReadonlyMap<string, readonly Relation[]>
  readonly #routines: ReadonlyMap<string, readonly RoutineFound[]>

  constructor(catalog: Catalog, found: Snapshot) {
    const users = catalog.relations.filter(({ system }) => !system)
    this.#tables = Map.groupBy(users, ({ name }) => name.toLowerCase())
    this.#routines = Map.groupBy(found.routines, ({ name }) => name.toLowerCase())
    this.#paths = new SearchPaths(catalog, found)
  }

  /**
   * What a body does in the catalog. `bodies` undefined: it cannot be read, and does what its `text` may. `calls`: the
   * routines that it calls as far as that is known, with those that its text names; by default looked for here.
   */
  of(
    bodies: readonly Body[] | undefined,
    text: string,
    row: RowContext | undefined,
    catalog: Catalog,
    calls?: readonly RoutineFound[],
  ): CodeMoves {
    const done = (bodies ?? []).map((body) => this.done(body, row, catalog))
    const clear = joinedCode(done.map(({ code }) => code))
    if (bodies !== undefined && !done.some(({ hidden }) => hidden)) return clear
    const tables = row ? [row.relation, ...this.named(text)] : this.named(text)
    const may = (row ? mayDoWithRow : mayDo)(tables, bodies === undefined ? 'all' : 'some')
    const called = (calls ?? this.called(text)).flatMap(
      ({ schema, name }) => catalog.code?.(schema, name) ?? [],
    )
    const own = joinedCode([clear, may])
    return called.length > 0 ? mayCall([own, joinedCode([...new Set(called)])]) : own
  }

  /** What one statement does. The same look-ups in another catalog make the very same. */
  done({ read, statement }: Body, row: RowContext | undefined, catalog: Catalog): Done {
    const remembered = row ? inRowsOf(row.relation) : anywhere
    const { database } = catalog
    const called = row ? [row.names, row.tables] : []
    const around: Around = (names) => JSON.stringify([database, called, this.#paths.mattering(names)])
    return remembered.of(statement, around, catalog, (asked) => {
      const facts = this.#paths.along(
        (searchPath) => {
          const context = { database, searchPath, ...(row ? { row } : {}) }
          return analyse({ ...read, statement }, asked.catalog, context, NO_NAMES, postgresTraits).facts
        },
        () => asked.names(),
      )
      return doneBy(facts, asked.calls())
    })
  }

  /** Tables whose names are words of a text, or stand in it where a name is more than a word. */
  named(text: string): readonly Relation[] {
    return namesIn(text, this.#tables).flatMap((name) => this.#tables.get(name) ?? [])
  }

  /** The same for routines. */
  called(text: string): readonly RoutineFound[] {
    return namesIn(text, this.#routines).flatMap((name) => this.#routines.get(name) ?? [])
  }
}

/** Of how many texts the words are remembered. Beyond, all is forgotten and begun anew. */
const MAX_TEXTS = 20_000

const words = new Map<string, readonly string[]>()

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/gu
const IS_WORD = /^[\p{L}_][\p{L}\p{N}_$]*$/u

/** `names`: in lower case. */
const namesIn = (text: string, names: ReadonlyMap<string, unknown>): readonly string[] => [
  ...wordsOf(text),
  ...oddOf(names)(text),
]

/** Names that are more than a word, and which of them stand in a text. */
const oddOf = rememberedOf((names: ReadonlyMap<string, unknown>) =>
  namesWithin([...names.keys()].filter((name) => !IS_WORD.test(name))),
)

const wordsOf = (text: string): readonly string[] => {
  const known = words.get(text)
  if (known !== undefined) return known
  const found = [...new Set(text.toLowerCase().match(WORD))]
  if (words.size >= MAX_TEXTS) words.clear()
  words.set(text, found)
  return found
}

/** INVARIANT (no-unproven-column): these hold what was found by the very same tables and code, and by nothing else. */
const anywhere = new Remembered<Done>(REMEMBERED)
const inRowsOf = rememberedOf((_relation: Relation) => new Remembered<Done>(REMEMBERED))

/** Of the facts under each path. */
const doneBy = (facts: readonly Facts[], calls: readonly Call[]): Done => {
  const clear = facts.filter(({ opaque, outputs }) => opaque === undefined && typeof outputs !== 'string')
  return {
    code: {
      reads: distinctEnds(facts.flatMap(readsOf)),
      moves: distinctMoves(facts.flatMap(lastingMoves)),
      // What it is given may be handed on to whatever it calls.
      writes: distinctEnds([
        ...facts.flatMap(writtenIn),
        ...calls.flatMap(({ found }) => found?.writes ?? []),
      ]),
    },
    hidden: facts.some(({ opaque, dynamic }) => opaque !== undefined || dynamic),
    returned: facts.flatMap(returnedBy),
    calls,
    shown: clear.length === 0 ? undefined : distinctEnds(clear.flatMap(readsOf)),
  }
}

const returnedBy = ({ outputs, ...facts }: Facts): readonly Returned[] =>
  typeof outputs === 'string'
    ? []
    : outputs.map(({ sources, unknown, direct }, at) => ({
        at,
        sources: unknown ? [...sources, ...readsOf(facts)] : sources,
        direct: direct && !unknown,
      }))

/** Types without room for a text: code that cannot be read is not taken to bring one there. */
const NARROW: ReadonlySet<string> = new Set(
  'int2 int4 int8 float4 float8 numeric money bool oid uuid time timetz timestamp timestamptz interval'.split(
    ' ',
  ),
)

const hasRoom = ({ type }: Column): boolean => !NARROW.has(type)

/** What code may do that runs a text put together, with the tables that are named in it. */
const mayDo = madeOnce((named: readonly Relation[]) => {
  const reads = [...new Set(columnsOf(named))]
  const writes = reads.filter(hasRoom)
  return { reads, writes, moves: across(reads, writes) }
})

/** The first of the tables is that of the row it is called for. `extent` all: nothing of it can be read. */
const mayDoWithRow = madeOnce(([own, ...named]: readonly Relation[], extent) => {
  const row = own?.columns ?? []
  const reads = [...new Set([...columnsOf(named), ...row])]
  const writes = [...new Set([...columnsOf(named), ...(extent === 'all' ? row : [])])].filter(hasRoom)
  return { reads, writes, moves: across(reads, writes) }
})

/** The second may be called by a text put together, and be given anything. */
const mayCall = madeOnce(([own, called]: readonly CodeMoves[]) => {
  const all = joinedCode([...(own ? [own] : []), ...(called ? [called] : [])])
  return joinedCode([all, { reads: [], writes: [], moves: across(all.reads, called?.writes ?? []) }])
})

/** What is written, whatever comes into it. */
const writtenIn = ({ columns, tables, flows }: Facts): readonly End[] => {
  const written = new Set(
    tables.flatMap(({ schema, name, access }) => (access.includes('write') ? [`${schema}\0${name}`] : [])),
  )
  const known = columns.flatMap(({ column, roles }) =>
    roles.includes('assignment') && written.has(`${column.relation.schema}\0${column.relation.name}`)
      ? [column]
      : [],
  )
  return [...known, ...flows.flatMap(({ place }) => (place ? [lasting(place)] : []))]
}

const lastingMoves = (facts: Facts): readonly StandingMove[] =>
  movesOf(facts).flatMap(({ target, sources, direct }) =>
    across(sources.map(lasting), [lasting(target)], direct),
  )

/**
 * A place of a table that is not there while nothing runs. Code is run again and again, each time with another table of the
 * name, in whichever schema its caller's path leads to.
 */
const lasting = (end: End): End =>
  isColumn(end) ? end : ({ ...end, schema: '', made: false } satisfies FlowPlace)
