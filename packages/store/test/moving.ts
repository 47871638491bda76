import type { Analysis } from '@sluice/core/analysis/context'
import type { Flow } from '@sluice/core/analysis/facts'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Catalog, Column, Labeller } from '@sluice/core/catalog/catalog'

/** E-mail addresses are known by the name of their column. */
export const labeller: Labeller = ({ name }) =>
  name === 'email' ? [{ name: 'pii.email', origin: 'detector', confidence: 1 }] : []

/** Schemas of temporary tables. */
export const isTemporarySchema = (schema: string): boolean => schema.startsWith('temp')

/** Where e-mail addresses are. */
export const PEOPLE = 'people 1 email'
/** Where nothing is known of. */
export const MISC = 'misc 2 a b'

/** Each table as `name id column …`. */
export const catalogOf = (version: number, ...tables: readonly string[]): Catalog => {
  const read = tables.map((table) => table.split(' '))
  return buildCatalog(
    version,
    {
      database: 'shop',
      identity: '1/1',
      relations: read.map(([name = '', id]) => ({
        id: Number(id),
        schema: 'public',
        name,
        type: 'table',
        system: false,
      })),
      columns: read.flatMap(([, id, ...names]) =>
        names.map((name, i) => ({ relation: Number(id), name, ordinal: i + 1, type: 'text' })),
      ),
      routines: [],
    },
    labeller,
  )
}

/** A column by `table.column`. */
export const columnOf = (catalog: Catalog, path: string): Column => {
  const [table = '', name] = path.split('.')
  const found = catalog.relation('public', table)?.columns.find((column) => column.name === name)
  if (!found) throw new Error(`no column ${path}`)
  return found
}

/** The names of its labels. */
export const labelsIn = (catalog: Catalog, path: string): readonly string[] =>
  columnOf(catalog, path).labels.map(({ name }) => name)

type Told = Pick<Flow, 'target'> & Partial<Pick<Flow, 'place' | 'direct'>>

/** A statement that moves a column. */
export const statement = (catalog: Catalog, source: string, told: Told, verb = 'insert'): Analysis => ({
  facts: {
    verb,
    verbs: [verb],
    effects: ['write'],
    tables: [],
    columns: [],
    functions: [],
    bounded: true,
    outputs: 'none',
    flows: [{ sources: [columnOf(catalog, source)], unknown: false, direct: true, ...told }],
    uses: [],
    dynamic: false,
    parameterCount: 0,
    fingerprint: '',
    canonical: '',
  },
  changes: [],
  catalogVersion: catalog.version,
  steps: [],
})

/** One that moves the e-mail addresses to a column by `table.column`. */
export const into = (catalog: Catalog, target: string): Analysis =>
  statement(catalog, 'people.email', { target: columnOf(catalog, target) })

/** What makes the table `copy` of the e-mail addresses, in its first column `c`. */
export const making = (catalog: Catalog): Analysis =>
  statement(
    catalog,
    'people.email',
    { target: undefined, place: { schema: 'public', table: 'copy', column: 'c', ordinal: 1, made: true } },
    'create table',
  )

/** Who moves them. */
export const dora = { principal: 'dora', verb: 'insert', at: 5 }
