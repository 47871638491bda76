import type { OutputLineage } from '../../src/analysis/facts.ts'
import type { Catalog, Column, Derivation, Relation } from '../../src/catalog/catalog.ts'
import type { CellMaskerFor, ResultColumn } from '../../src/mask/plan.ts'
import type { TransformSpec } from '../../src/mask/transform.ts'
import type { ColumnMasks } from '../../src/policy/decision.ts'

type Ref = { readonly schema: string; readonly name: string; readonly id: number }

const column = (relation: Ref, name: string, ordinal: number, derivedFrom?: Derivation): Column => ({
  relation,
  name,
  ordinal,
  type: 'text',
  labels: [],
  ...(derivedFrom === undefined ? {} : { derivedFrom }),
})

const relation = (
  id: number,
  name: string,
  columns: readonly (readonly [string, Derivation?])[],
  more: Partial<Relation> = {},
): Relation => {
  const ref: Ref = { schema: 'public', name, id }
  return {
    ...ref,
    type: 'table',
    system: false,
    columns: columns.map(([columnName, derived], i) => column(ref, columnName, i + 1, derived)),
    ...more,
  }
}

const of = (from: Relation, name: string): Column => {
  const found = from.columns.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no column ${name}`)
  return found
}

const customers = relation(100, 'customers', [['id'], ['email'], ['phone']])
const products = relation(200, 'products', [['id'], ['title']])
const single = relation(240, 'single', [['email']])
const empty = relation(250, 'empty', [])
const from = (sources: readonly Column[], more: Partial<Derivation> = {}): Derivation => ({
  sources,
  unknown: false,
  direct: sources.length === 1,
  ...more,
})
const contacts = relation(
  300,
  'contacts',
  [
    ['mail', from([of(customers, 'email')])],
    ['loud', from([of(customers, 'email')], { direct: false })],
    ['title', from([of(products, 'title')])],
    ['lost', from([], { unknown: true, direct: false })],
    ['fixed', from([], { direct: false })],
  ],
  { type: 'view' },
)
const dark = relation(400, 'dark', [['x']], { type: 'view' })
const activity = relation(500, 'pg_stat_activity', [['pid']], { type: 'view', system: true })

const relations = [customers, products, single, empty, contacts, dark, activity]

/** customers(id, email, phone), products(id, title), a table of one column and of none, views over them and one that was not understood. */
export const catalog: Catalog = {
  version: 1,
  database: 'shop',
  relations,
  relation: (schema, name) => relations.find((one) => one.schema === schema && one.name === name),
  relationById: (id) => relations.find((one) => one.id === id),
  routines: () => [],
}

/** A column of the catalog: `customers.email`. */
const col = (path: string): Column => {
  const [table = '', name = ''] = path.split('.')
  const found = catalog.relation('public', table)
  if (found === undefined) throw new Error(`no table ${table}`)
  return of(found, name)
}

/** Masks for columns by `table.name`; every mask's rule is `rule:` and its column. */
export const masksOf = (transforms: Readonly<Record<string, TransformSpec>>): ColumnMasks => ({
  any: true,
  forColumn: (asked) => {
    const path = `${asked.relation.name}.${asked.name}`
    const transform = transforms[path]
    return transform === undefined ? undefined : { transform, rule: `rule:${path}` }
  },
})

/** Lineage of one output: the column itself, unless `more` says otherwise. */
export const lineage = (paths: readonly string[], more: Partial<OutputLineage> = {}): OutputLineage => ({
  name: 'out',
  sources: paths.map(col),
  unknown: false,
  direct: paths.length === 1,
  functions: [],
  ...more,
})

/** A described column; `origin` as `table.name`, `table.*` for a whole row, or numbers. */
export const described = (origin?: string | readonly [number, number]): ResultColumn => ({
  name: 'out',
  type: 25,
  format: 'text',
  ...(origin === undefined ? {} : { origin: originOf(origin) }),
})

const originOf = (origin: string | readonly [number, number]): { relation: number; ordinal: number } => {
  if (typeof origin !== 'string') return { relation: origin[0], ordinal: origin[1] }
  const table = catalog.relation('public', origin.split('.')[0] ?? '')
  if (origin.endsWith('.*')) return { relation: table?.id ?? 0, ordinal: 0 }
  return { relation: table?.id ?? 0, ordinal: col(origin).ordinal }
}

/** Shows in the cell which transform was asked for. */
export const showTransform: CellMaskerFor = (transform) => () => Buffer.from(transform.kind)
