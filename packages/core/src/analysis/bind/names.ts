import type { CalledFunction, End, Relation, Routine } from '../../catalog/catalog.ts'
import { flowOf } from '../../flow/flow-of.ts'
import { isColumn } from '../../flow/moves.ts'
import type { Name } from '../../statement/node.ts'
import { worseEffect } from '../effect-of.ts'
import { LOOKS } from '../effects.ts'
import type { Flow } from '../facts.ts'
import { type Feed, union } from '../feed.ts'
import { placed } from '../scope.ts'
import { type BuiltinFunction, typeRoutine } from '../traits.ts'
import type { Binder } from './binder.ts'

/** A table name as the session's search path reads it. */
export type FoundTable = {
  readonly schema: string
  readonly name: string
  readonly relation: Relation | undefined
  /** True where the catalog has no such table and the schema was not written: it may be in any of the path. */
  readonly guessed?: boolean
}

/** Looks a table up the way the session would: along its search path, or in the schema named. */
export const findTable = (b: Binder, name: Name): FoundTable => {
  const { row } = b.context
  if (row && name.length === 1 && row.tables.includes(name[0] ?? ''))
    return { schema: row.relation.schema, name: row.relation.name, relation: row.relation }
  const own = b.traits.ownSchema?.(name)
  if (own !== undefined) {
    const table = name.at(-1) ?? ''
    return { schema: own, name: table, relation: b.catalog.relation(own, table) }
  }
  // A fourth name is another server.
  if (name.length > 3) b.findings.effects.add('network')
  const { schema, bare } = split(b, name)
  if (schema === undefined) {
    for (const candidate of b.context.searchPath) {
      const relation = b.catalog.relation(candidate, bare)
      if (relation) return { schema: candidate, name: bare, relation }
    }
    return { schema: creationSchema(b), name: bare, relation: undefined, guessed: true }
  }
  const actual = temporarySchema(b, schema)
  return { schema: actual, name: bare, relation: b.catalog.relation(actual, bare) }
}

/**
 * A table that is made: where the path has one of its name, which is there, it may be made in front of that one or, beside
 * a temporary one, behind it.
 */
export const findMade = (b: Binder, name: Name): FoundTable => {
  const found = findTable(b, name)
  return name.length > 1 || found.schema === creationSchema(b) ? found : { ...found, schema: '' }
}

/** The names of the columns that a write without names has, in order; none where the table is not known. */
export const namesOf = ({ relation }: FoundTable): readonly string[] =>
  placed(relation?.columns ?? []).map((column) => column.name)

/** The statement reads or writes the table, which calls what the table brings along. `only`: as `TableRef` has it. */
export const touch = (
  b: Binder,
  { schema, name, relation }: FoundTable,
  access: 'read' | 'write',
  only?: true,
): void => {
  b.findings.table(schema, name, relation, access, only)
  const written = relation && access === 'write' ? calledByWriting(b, relation) : []
  for (const called of [...(relation?.functions ?? []), ...written]) runs(b, called, true)
}

/** Writing to a view writes to the tables that it shows. */
const calledByWriting = (b: Binder, relation: Relation): readonly CalledFunction[] => {
  if (relation.type !== 'view') return relation.whenWritten ?? []
  const sources = relation.columns.flatMap(({ derivedFrom }) => derivedFrom?.sources ?? [])
  const shown = new Set(sources.map(({ relation: { id } }) => id))
  b.findings.spend(sources.length)
  return [...shown].flatMap((id) => b.catalog.relationById(id)?.whenWritten ?? [])
}

/**
 * The statement runs this. Own code that does more than look may move any value anywhere, and may set settings.
 */
export const runs = (b: Binder, called: CalledFunction, own: boolean): void => {
  const { effect } = called
  b.findings.called(called)
  if (effect === 'dynamic' || (own && !LOOKS.has(effect))) b.findings.moves = true
  if (own && effect !== 'pure') b.findings.changesSettings = true
}

/** A function that a name may lead to. */
type Candidate = { readonly called: CalledFunction; readonly does: BuiltinFunction }

/** Each function that a name may lead to: which one it is, arguments decide. One that is not known is what is written. */
export const candidatesOf = (b: Binder, name: Name, args?: number): readonly Candidate[] => {
  const { schema, schemas, bare } = reached(b, name)
  const found = schemas.flatMap((of) =>
    candidatesIn(b, of, bare, args).map((does) => ({
      called: {
        schema: of,
        name: bare,
        effect: does.effect,
        ...(does.blessed ? { blessed: does.blessed } : {}),
      },
      does,
    })),
  )
  return found.length > 0
    ? found
    : [{ called: { schema: schema ?? '', name: bare, effect: ANYTHING.effect }, does: ANYTHING }]
}

/** Where a table made without a schema ends up: the first schema of the path that is the users' own. */
const creationSchema = (b: Binder): string =>
  b.context.searchPath.find((s) => !b.traits.isSystemSchema(s) && !b.traits.isTemporarySchema(s)) ?? ''

const temporarySchema = (b: Binder, schema: string): string =>
  schema === b.traits.temporaryAlias
    ? (b.context.searchPath.find((s) => b.traits.isTemporarySchema(s)) ?? schema)
    : schema

/**
 * `database.schema.table` names the catalog's database or nothing that is known; shorter names are those of the
 * database that the session is in.
 */
const split = (b: Binder, name: Name): { schema: string | undefined; bare: string } => {
  const bare = name.at(-1) ?? ''
  const schema = name.at(-2)
  if (schema === undefined || name.length > 3) return { schema: schema && name.slice(0, -1).join('.'), bare }
  const { database, home = database } = b.context
  const named = name.length === 3 ? name[0] : database
  if (named === home || (name.length === 2 && b.traits.isSystemSchema(schema))) {
    // `database..table` is looked up as `table` is.
    return { schema: name.length === 3 && schema === '' ? undefined : schema, bare }
  }
  return { schema: [named, schema].join('.'), bare }
}

/** A function that is not known can do anything. */
const ANYTHING: BuiltinFunction = { effect: 'unknown', lineage: 'unknown', own: true }

/** What calling a name may do. */
export const findFunction = (b: Binder, name: Name, args?: number): BuiltinFunction =>
  worstOf(candidatesOf(b, name, args))

/** Overloads are not told apart: of all functions that a name may lead to, the worst counts. */
export const worstOf = (candidates: readonly Candidate[]): BuiltinFunction =>
  candidates.map(({ does }) => does).reduce(worse)

/** What an operator or a type keeps among the catalog's routines under a name of its own. */
export const findRoutine = (
  b: Binder,
  schema: string | undefined,
  key: string,
): BuiltinFunction | undefined => {
  const schemas = schema === undefined ? b.context.searchPath : [schema]
  const candidates = schemas.flatMap((s) => ownRoutines(b, s, key)).map(declared)
  const [first, ...others] = candidates
  return first && others.reduce(worse, first)
}

/** What own code of a name reads and moves when it is called; what it is given may be in what it writes. */
export const callCode = (b: Binder, name: Name, given: readonly Feed[]): void => {
  const { schemas, bare } = reached(b, name)
  for (const schema of schemas) {
    codeIn(b, schema, bare, given)
    if (given.length === 1) codeIn(b, schema, typeRoutine([bare]), given)
  }
}

/** The same for what an operator or a type runs, by its key as in `findRoutine`. */
export const runCode = (b: Binder, schema: string | undefined, key: string, given: readonly Feed[]): void => {
  for (const one of schema === undefined ? b.context.searchPath : [schema]) codeIn(b, one, key, given)
}

const codeIn = (b: Binder, schema: string, bare: string, given: readonly Feed[]): void => {
  const code = b.catalog.code?.(schema, bare)
  if (code === undefined) return
  const { sources, unknown } = union(given)
  b.findings.spend(code.reads.length + code.moves.length + code.writes.length)
  for (const end of code.reads) b.findings.reads.add(end)
  for (const move of code.moves) b.findings.movedByCode.push({ ...flowOf(move), byCode: true })
  if (sources.length === 0 && !unknown) return
  for (const target of code.writes)
    b.findings.movedByCode.push({ sources, unknown, direct: false, byCode: true, ...into(target) })
}

const into = (end: End): Pick<Flow, 'target' | 'place'> =>
  isColumn(end) ? { target: end } : { target: undefined, place: end }

/** Where a function is looked up: in the schema that is written, or along the path. */
const reached = (
  b: Binder,
  name: Name,
): { schema: string | undefined; schemas: readonly string[]; bare: string } => {
  const { schema, bare } = split(b, name)
  const schemas =
    schema === undefined
      ? b.context.searchPath.filter((one) => !b.traits.isTemporarySchema(one))
      : [temporarySchema(b, schema)]
  return { schema, schemas, bare }
}

const candidatesIn = (
  b: Binder,
  schema: string,
  bare: string,
  args: number | undefined,
): readonly BuiltinFunction[] => {
  const found = ownRoutines(b, schema, bare)
  // A call with one argument may be a cast to a type of the name (parse_func.c, func_get_detail).
  const types = args === 1 ? ownRoutines(b, schema, typeRoutine([bare])) : []
  const own = [...found.map(declared), ...types.map((type) => ({ ...declared(type), casts: true as const }))]
  const builtin = b.traits.isSystemSchema(schema) ? b.traits.builtinFunction(bare, args) : undefined
  return builtin ? [builtin, ...own] : own
}

const ownRoutines = (b: Binder, schema: string, name: string): readonly Routine[] => {
  const found = b.catalog.routines(schema, name)
  if (found.length > 0) b.findings.routines.set(`${schema}\0${name}`, found)
  return found
}

/**
 * A user function's value is its arguments' only where its body proves that it looks at nothing else, or a reviewer
 * says so.
 */
const declared = ({ effect, blessed }: Routine): BuiltinFunction => {
  if (blessed === undefined)
    return { effect, lineage: effect === 'pure' ? 'arguments' : 'unknown', own: true }
  const { shows, columns } = blessed
  return {
    effect,
    lineage: shows === undefined ? 'arguments' : 'shown',
    own: true,
    blessed: true,
    ...(shows === undefined ? {} : { shows: [shows] }),
    ...(columns === undefined ? {} : { columns }),
  }
}

const LINEAGES: readonly BuiltinFunction['lineage'][] = ['shown', 'arguments', 'unknown']

const worse = (a: BuiltinFunction, b: BuiltinFunction): BuiltinFunction => {
  const shows = [...(a.shows ?? []), ...(b.shows ?? [])]
  return {
    ...(a.telling !== undefined && a.telling === b.telling ? { telling: a.telling } : {}),
    ...(a.blank !== undefined || b.blank !== undefined ? { blank: true } : {}),
    effect: worseEffect(a.effect, b.effect),
    lineage: LINEAGES.indexOf(a.lineage) >= LINEAGES.indexOf(b.lineage) ? a.lineage : b.lineage,
    own: a.own === true || b.own === true,
    ...(a.casts === true || b.casts === true ? { casts: true } : {}),
    ...(shows.length === 0 ? {} : { shows }),
    ...(a.blessed === true || b.blessed === true ? { blessed: true } : {}),
  }
}
