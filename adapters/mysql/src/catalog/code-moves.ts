import type { Catalog, CodeMoves, Column, Relation, StandingMove } from '@sluice/core/catalog/catalog'
import type { RoutineFound, Snapshot, TriggerFound } from './rows.ts'

/** The most moves of one body; one that has more is followed as far as that. */
const MAX_MOVES = 20_000

/** How long a chain of routines that call one another is followed. */
const MAX_CALLS = 8

/**
 * The catalog with what the database's own code does: what triggers bring from column to column whenever somebody
 * writes, and what calling a routine reads and moves.
 *
 * INVARIANT (no-unproven-column): bodies are not followed statement by statement. All columns whose names stand in one,
 * of the tables whose names stand in it, may come into any of these that has room for a text.
 */
export const withCode = (catalog: Catalog, { triggers, routines }: Snapshot): Catalog => {
  const users = catalog.relations.filter(({ system }) => !system)
  const tables = Map.groupBy(users, ({ name }) => name.toLowerCase())
  const byName = Map.groupBy(routines, ({ name }) => name)
  const known = new Map<string, CodeMoves | undefined>()
  const ofRoutine = (schema: string, name: string): CodeMoves | undefined => {
    const key = JSON.stringify([schema, name])
    if (known.has(key)) return known.get(key)
    const bodies = (byName.get(name) ?? []).filter((one) => one.schema === schema).map(bodyOf)
    const code = bodies.length === 0 ? undefined : movesOf(wholeText(bodies.join(' '), byName), tables, [])
    known.set(key, code)
    return code
  }
  const ofTrigger = ({ schema, relation, body }: TriggerFound): readonly StandingMove[] => {
    const own = catalog.relation(schema, relation)
    return own === undefined ? [] : movesOf(wholeText(body ?? '', byName), tables, [own]).moves
  }
  return Object.freeze({ ...catalog, standing: triggers.flatMap(ofTrigger), code: ofRoutine })
}

const bodyOf = ({ body }: RoutineFound): string => body ?? ''

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

const movesOf = (
  text: string,
  tables: ReadonlyMap<string, readonly Relation[]>,
  own: readonly Relation[],
): CodeMoves => {
  const words = wordsOf(text)
  const plain = text.replaceAll('``', '`')
  // Of a name with other signs the words are no proof.
  const stands = (name: string) => words.has(name) || (/[^\p{L}\p{N}_$]/u.test(name) && plain.includes(name))
  const named = [...tables].flatMap(([name, found]) => (stands(name) ? found : []))
  const all = [...new Set([...named, ...own])].flatMap(({ columns }) => columns)
  const reads = text.includes('*') ? all : all.filter(({ name }) => stands(name.toLowerCase()))
  const targets = [...reads, ...listless(text, named).flatMap(({ columns }) => columns)]
  const writes = [...new Set(targets)].filter(hasRoom)
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

const across = (sources: readonly Column[], targets: readonly Column[]): readonly StandingMove[] =>
  sources
    .flatMap((source) =>
      targets.flatMap((target) => (source === target ? [] : [{ source, target, direct: false }])),
    )
    .slice(0, MAX_MOVES)
