import { UNREAD_VIEW } from '@sluice/core/catalog/build'
import type {
  Catalog,
  CodeMoves,
  Column,
  FlowPlace,
  Relation,
  StandingMove,
} from '@sluice/core/catalog/catalog'
import { across } from '@sluice/core/flow/code-moves'
import { variableName } from '../dialect/grammar/user-variable.ts'
import type {
  ColumnFound,
  ReferenceFound,
  RelationFound,
  RoutineFound,
  Snapshot,
  TriggerFound,
} from './rows.ts'
import { tellsOf } from './tests.ts'
import { viewMoves } from './view-moves.ts'
import { type NamedIn, writingOf } from './writing.ts'

/** How long a chain of routines that call one another is followed. */
const MAX_CALLS = 8

/**
 * The catalog with what the database's own code does: what triggers, defaults and foreign keys bring from column to
 * column whenever somebody writes, events by the clock, and what calling a routine reads and moves.
 *
 * INVARIANT (no-unproven-column): bodies are not followed statement by statement. All columns whose names stand in one,
 * of the tables whose names stand in it, may come into any of these that has room for a text.
 */
export const withCode = (catalog: Catalog, found: Snapshot): Catalog => {
  const { triggers, events, routines, columns, references, relations } = found
  const users = catalog.relations.filter(({ system }) => !system)
  const tables = Map.groupBy(users, ({ name }) => name.toLowerCase())
  const byName = Map.groupBy(routines, ({ name }) => name)
  const read = readerOf(byName, tables)
  const texts = [...triggers, ...events, ...routines].map(({ body }) => body ?? '')
  const made = madePlaces(texts, tables)
  const known = new Map<string, CodeMoves | undefined>()
  const ofRoutine = (schema: string, name: string): CodeMoves | undefined => {
    const key = JSON.stringify([schema, name])
    if (known.has(key)) return known.get(key)
    const bodies = (byName.get(name) ?? []).filter((one) => one.schema === schema).map(bodyOf)
    const code = bodies.length === 0 ? undefined : movesOf(read(bodies.join(' ')), [], made)
    known.set(key, code)
    return code
  }
  const ofTrigger = ({ schema, relation, body }: TriggerFound): readonly StandingMove[] => {
    const own = catalog.relation(schema, relation)
    return own === undefined ? [] : movesOf(read(body ?? ''), [own], made).moves
  }
  const standing = [
    ...triggers.flatMap(ofTrigger),
    ...events.flatMap((event) => movesOf(read(bodyOf(event)), [], made).moves),
    ...columns.flatMap((column) => ofDefault(catalog, column)),
    ...references.flatMap((reference) => ofReference(catalog, reference)),
    ...users.flatMap((relation) => viewMoves(relation, ofRoutine)),
    ...relations.flatMap((view) => ofUnread(catalog.relation(view.schema, view.name), view, tables)),
  ]
  const writing = writingOf(catalog, found, read)
  return Object.freeze({ ...catalog, standing, writing, code: ofRoutine, tells: tellsOf(catalog, found) })
}

/** A value that a key refers to is the very same in both, and changes in both (ON UPDATE CASCADE). */
const ofReference = (
  catalog: Catalog,
  { schema, relation, name, targetSchema, target, targetName }: ReferenceFound,
): readonly StandingMove[] => {
  const to = columnNamed(catalog.relation(schema, relation), name)
  const from = columnNamed(catalog.relation(targetSchema, target), targetName)
  return to && from && to !== from ? [{ source: from, target: to, direct: true }] : []
}

/** A view that cannot be read shows any column whose name stands in it. */
const ofUnread = (
  view: Relation | undefined,
  { definition }: RelationFound,
  tables: ReadonlyMap<string, readonly Relation[]>,
): readonly StandingMove[] => {
  if (view?.functions?.includes(UNREAD_VIEW) !== true || definition === null) return []
  return across(movesOf(textRead(definition.toLowerCase(), tables), []).reads, view.columns)
}

/** A default calls no routine and looks nothing up ("Data Type Default Values"): it is of the row, and names in quotes. */
const ofDefault = (
  catalog: Catalog,
  { schema, relation, name, fallback }: ColumnFound,
): readonly StandingMove[] => {
  if (fallback === null) return []
  const own = catalog.relation(schema, relation)
  const target = columnNamed(own, name)
  const named = Array.from(fallback.matchAll(QUOTED), ([, inside = '']) => inside.replaceAll('``', '`'))
  const sources = named.flatMap((one) => columnNamed(own, one.toLowerCase()) ?? [])
  return target ? across([...new Set(sources)], [target]) : []
}

/** A name as the servers print it in an expression. */
const QUOTED = /`((?:[^`]|``)+)`/g

const columnNamed = (relation: Relation | undefined, name: string): Column | undefined =>
  relation?.columns.find((column) => column.name === name)

const bodyOf = ({ body }: Pick<RoutineFound, 'body'>): string => body ?? ''

/** A body with those of the routines whose names stand in it. */
const wholeText = (body: string, byName: ReadonlyMap<string, readonly RoutineFound[]>): string => {
  const seen = new Set<string>()
  let text = body.toLowerCase()
  for (let pass = 0, more = text; pass < MAX_CALLS && more !== ''; pass++) {
    const called = [...wordsOf(more)].filter((word) => byName.has(word) && !seen.has(word))
    for (const name of called) seen.add(name)
    more = called
      .flatMap((name) => byName.get(name)?.map(bodyOf) ?? [])
      .join(' ')
      .toLowerCase()
    text += ` ${more}`
  }
  return text
}

const WORD = /[\p{L}\p{N}_$]+/gu

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(WORD))

/** Types without room for a text. */
const NARROW =
  /^(?:tinyint|smallint|mediumint|int|bigint|float|double|decimal|bit|year|date|time|timestamp)\b/

const hasRoom = ({ type }: Column): boolean => !NARROW.test(type)

/** Whether a name may stand in a text. */
const standsIn = (text: string): ((name: string) => boolean) => {
  const words = wordsOf(text)
  const plain = text.replaceAll('``', '`')
  // Of a name with other signs the words are no proof.
  return (name) => words.has(name) || (/[^\p{L}\p{N}_$]/u.test(name) && plain.includes(name))
}

/** With whether a name may stand in it. */
type TextRead = NamedIn & { readonly stands: (name: string) => boolean }

const textRead = (text: string, tables: ReadonlyMap<string, readonly Relation[]>): TextRead => {
  const stands = standsIn(text)
  return { text, stands, named: [...tables].flatMap(([name, found]) => (stands(name) ? found : [])) }
}

/** Reads each body once, however many ask. */
const readerOf = (
  byName: ReadonlyMap<string, readonly RoutineFound[]>,
  tables: ReadonlyMap<string, readonly Relation[]>,
): ((body: string) => TextRead) => {
  const known = new Map<string, TextRead>()
  return (body) => {
    const before = known.get(body)
    if (before !== undefined) return before
    const read = textRead(wholeText(body, byName), tables)
    known.set(body, read)
    return read
  }
}

const MAKES =
  /\bcreate\s+(?:or\s+replace\s+)?(?:temporary\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:(?:`[^`]+`|[\p{L}\p{N}_$]+)\s*\.\s*)?(?:`([^`]+)`|([\p{L}\p{N}_$]+))/giu

/** A variable of the session: what code puts there may be read by any other, and by statements. */
const VARIABLE = /(?<!@)@(?:[\p{L}\p{N}_$.]+|`[^`]+`|'[^']+'|"[^"]+")/gu

/** Tables that code makes and the catalog does not have, as temporary ones, by their names in lower case, and variables. */
const madePlaces = (
  texts: readonly string[],
  tables: ReadonlyMap<string, readonly Relation[]>,
): ReadonlyMap<string, FlowPlace> => {
  const made = texts
    .flatMap((text) => Array.from(text.matchAll(MAKES), ([, quoted, bare]) => quoted ?? bare ?? ''))
    .filter((name) => !tables.has(name.toLowerCase()))
    .map((name): [string, FlowPlace] => [name.toLowerCase(), { schema: '', table: name, made: false }])
  const variables = texts
    .flatMap((text) => text.match(VARIABLE) ?? [])
    .map((text): [string, FlowPlace] => [
      text.toLowerCase(),
      { schema: '', table: variableName(text), made: false },
    ])
  return new Map([...made, ...variables])
}

const movesOf = (
  { text, stands, named }: TextRead,
  own: readonly Relation[],
  made: ReadonlyMap<string, FlowPlace> = new Map(),
): CodeMoves => {
  const all = [...new Set([...named, ...own])].flatMap(({ columns }) => columns)
  const read = text.includes('*') ? all : all.filter(({ name }) => stands(name.toLowerCase()))
  const places = [...made].flatMap(([name, place]) => (stands(name) ? [place] : []))
  const reads = [...read, ...places]
  const targets = [...read, ...listless(text, named).flatMap(({ columns }) => columns)]
  const writes = [...[...new Set(targets)].filter(hasRoom), ...places]
  return { reads, writes, moves: across(reads, writes) }
}

/** What stands behind INSERT and REPLACE that list their columns. */
const LISTING =
  /^(?:\s+(?:low_priority|delayed|high_priority|ignore|into))*\s+[^\s(;]+\s*(?:set\b|\(\s*(?!select\b|with\b|values\b|[)/#-]))/

const TARGET =
  /^(?:\s+(?:low_priority|delayed|high_priority|ignore|into))*\s+(?:`?[\p{L}\p{N}_$]+`?\.)?`?([\p{L}\p{N}_$]+)`?[\s(]/u

/** The tables into which rows are put without their columns' names. */
const listless = (text: string, named: readonly Relation[]): readonly Relation[] => {
  const others = text
    .split(/\b(?:insert|replace)\b(?!\s*\()/)
    .slice(1)
    .filter((rest) => !LISTING.test(rest))
    .map((rest) => TARGET.exec(rest)?.[1])
  const found = named.filter(({ name }) => others.includes(name.toLowerCase()))
  const told = others.every((other) => found.some(({ name }) => name.toLowerCase() === other))
  return told ? found : named
}
