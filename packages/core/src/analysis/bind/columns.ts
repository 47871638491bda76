import { doubtful, type Feed, type NamedFeed, NOTHING, union } from '../feed.ts'
import { type Columns, rowOf } from '../scope.ts'

/** Position by position; where a side cannot be listed, every column may hold anything of either. */
export const merge = (left: Columns, right: Columns): Columns => {
  if (left.rest || right.rest || left.columns.length !== right.columns.length) {
    const all = doubtful(union([rowOf(left), rowOf(right)]))
    return { columns: left.columns.map((c) => ({ ...c, feed: all })), rest: left.rest ? all : undefined }
  }
  return {
    columns: left.columns.map((c, i) => ({ ...c, feed: either(c.feed, right.columns[i]?.feed ?? NOTHING) })),
  }
}

const either = (a: Feed, b: Feed): Feed => (a === b ? a : union([a, b]))

/** Column aliases rename from the left. Where positions are not certain, each may be any column. */
export const renamed = (of: Columns, aliases: readonly string[]): Columns => {
  if (aliases.length === 0) return { columns: of.columns, rest: of.rest }
  if (!of.rest && aliases.length <= of.columns.length) {
    return { columns: of.columns.map((c, i) => (i < aliases.length ? rename(c, aliases[i] ?? '') : c)) }
  }
  const all = of.rest && of.columns.length === 0 ? of.rest : doubtful(rowOf(of))
  return { columns: named(aliases, all), rest: all }
}

const shown = new WeakMap<NamedFeed, NamedFeed>()

/** The columns as who reads from the query sees them: each knows the name that it has there, where it is another than its own. */
export const shownBy = (query: Columns): Columns => ({ ...query, columns: query.columns.map(shownAs) })

const shownAs = (column: NamedFeed): NamedFeed => {
  const { name, feed } = column
  if (!feed.direct || feed.sources.every((source) => source.name === name)) return column
  const known = shown.get(column)
  if (known !== undefined) return known
  const made = { ...column, feed: { ...feed, as: [...(feed.as ?? []), name] } }
  shown.set(column, made)
  return made
}

const rename = (column: NamedFeed, name: string): NamedFeed => ({ name, sure: true, feed: column.feed })

/** Columns of these names, each fed by the same. */
export const named = (names: readonly string[], feed: Feed): readonly NamedFeed[] =>
  names.map((name) => ({ name, sure: true, feed }))
