import { Unreadable } from '@sluice/reading/unreadable'
import { isIntroducer } from '../charsets.ts'
import type { Part } from '../grammar/tokens.ts'
import { nodeSqlParser } from './node-sql-parser.ts'
import { ownTestimony } from './own.ts'
import { polyglot } from './polyglot.ts'
import { smoothed } from './smooth.ts'
import type { Testimony } from './witness.ts'

/** Words of the grammar that one of the others takes for columns where they stand: units, types, options. */
const words: ReadonlySet<string> = new Set(
  `binary boolean char date datetime day decimal default distinct distinctrow double float geometry hour integer interval json
  linestring microsecond minute month multilinestring multipoint multipolygon point polygon quarter second signed
  sql_calc_found_rows time timestamp unknown unsigned utc_date utc_time utc_timestamp week year`.split(/\s+/),
)

/** Variables, introducers of a character set and words of the grammar are no columns. */
const isNoColumn = (name: string, ours: Testimony): boolean =>
  name.startsWith('@') || isIntroducer(name) || words.has(name) || ours.qualifiers?.has(name) === true

const differing = (ours: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean =>
  [...theirs].some((name) => !ours.has(name)) || [...ours].some((name) => !theirs.has(name))

const check = (ours: Testimony, theirs: Testimony, who: string): void => {
  const columns = new Set(
    [...theirs.columns].filter((name) => ours.columns.has(name) || !isNoColumn(name, ours)),
  )
  const tables = new Set([...theirs.tables].filter((name) => name !== 'dual'))
  if (ours.verb !== theirs.verb) throw new Unreadable(`${who} reads another kind of statement`)
  if (differing(ours.tables, tables)) throw new Unreadable(`${who} reads other tables`)
  if (differing(ours.columns, columns)) throw new Unreadable(`${who} reads other columns`)
  if (ours.logic !== undefined && theirs.logic !== undefined && ours.logic !== theirs.logic)
    throw new Unreadable(`${who} nests AND and OR differently`)
}

/**
 * Holds our reading against two others of the same text. Both that accept it must agree with it, and one must accept
 * it. INVARIANT (deny-by-default): a text that nobody else reads, or that anybody reads otherwise, is Opaque.
 */
export const agree = (part: Part): void => {
  const ours = ownTestimony(part)
  const text = smoothed(part.text)
  const polyglots = polyglot(text)
  const second = nodeSqlParser(text)
  if (polyglots === undefined && second === undefined) throw new Unreadable('no other parser accepts it')
  if (polyglots !== undefined) check(ours, polyglots, 'polyglot')
  if (second !== undefined) check(ours, second, 'node-sql-parser')
}
