import { keyOf } from '@sluice/core/catalog/key-of'
import { foldName } from '../dialect/names.ts'
import {
  checks,
  columns,
  references,
  relations,
  SYSTEM_SCHEMAS,
  tests,
  triggers,
  views,
  type Which,
} from './queries.ts'
import type {
  About,
  Ask,
  ColumnFound,
  ReferenceFound,
  RelationFound,
  TestFound,
  TriggerFound,
} from './rows.ts'

/** A table or a view with all that is its own. */
export type TableFound = {
  readonly relation: RelationFound
  readonly columns: ColumnFound[]
  readonly triggers: TriggerFound[]
  readonly references: ReferenceFound[]
  readonly tests: TestFound[]
}

/** By `keyOf`. */
export type TablesFound = ReadonlyMap<string, TableFound>

/** Reads tables and views. Of the server's own, what never matters is not asked for: triggers, keys, definitions. */
export const readTables = async (ask: Ask, about: About, which: Which): Promise<TablesFound> => {
  const tables = new Map<string, TableFound>()
  if (which.length === 0) return tables
  for (const relation of await relationsOf(ask, which, about.folds))
    tables.set(keyOf(relation.schema, relation.name), {
      relation,
      columns: [],
      triggers: [],
      references: [],
      tests: [],
    })
  // What was made since the tables were listed is left out: whoever made it has the catalog read again.
  const own = ({ schema, relation }: Owned): TableFound | undefined => tables.get(keyOf(schema, relation))
  const checked = await checksOf(ask, about, which)
  const json = jsonColumns(checked, about)
  for (const column of await columnsOf(ask, which, about.folds))
    own(column)?.columns.push(isJson(column, json) ? { ...column, type: 'json' } : column)
  if (which === 'system') return tables
  for (const row of await ask<TriggerFound>(triggers(which))) {
    const trigger = folded(row, 'relation', about.folds)
    own(trigger)?.triggers.push(trigger)
  }
  for (const reference of await referencesOf(ask, which, about.folds))
    own(reference)?.references.push(reference)
  // What JSON is declared with says the type already.
  for (const test of checked) if (!/^json_valid\(/i.test(test.text)) own(test)?.tests.push(test)
  for (const sql of tests(which, about))
    for (const test of await testsOf(ask, sql, about)) own(test)?.tests.push(test)
  return tables
}

/** What belongs to a table. */
type Owned = { readonly schema: string; readonly relation: string }

/** Names in information_schema are the same in any case, whatever the setting. */
const folded = <Row extends { readonly schema: string }>(
  row: Row,
  key: keyof Row & ('name' | 'relation'),
  folds: boolean,
): Row => {
  const schema = foldName(row.schema)
  if (!folds && schema !== 'information_schema') return SYSTEM_SCHEMAS.has(schema) ? { ...row, schema } : row
  return { ...row, schema, [key]: foldName(String(row[key])) }
}

const relationsOf = async (ask: Ask, which: Which, folds: boolean): Promise<readonly RelationFound[]> => {
  type View = { readonly schema: string; readonly name: string; readonly definition: string | null }
  const found = which === 'system' ? [] : await ask<View>(views(which))
  const definitions = new Map(
    found.map((row) => {
      const { schema, name, definition } = folded(row, 'name', folds)
      return [keyOf(schema, name), definition]
    }),
  )
  return (await ask<Omit<RelationFound, 'definition'>>(relations(which))).map((row) => {
    const relation = folded(row, 'name', folds)
    const definition = definitions.get(keyOf(relation.schema, relation.name))
    return { ...relation, definition: definition === '' ? null : (definition ?? null) }
  })
}

/** Names of columns are the same in any case. */
const columnsOf = async (ask: Ask, which: Which, folds: boolean): Promise<readonly ColumnFound[]> =>
  (await ask<ColumnFound>(columns(which))).map((row) => ({
    ...folded(row, 'relation', folds),
    name: foldName(row.name),
  }))

const referencesOf = async (ask: Ask, which: Which, folds: boolean): Promise<readonly ReferenceFound[]> =>
  (await ask<ReferenceFound>(references(which))).map((row) => {
    const { schema, relation } = folded({ schema: row.targetSchema, relation: row.target }, 'relation', folds)
    const [name, targetName] = [foldName(row.name), foldName(row.targetName)]
    return { ...folded(row, 'relation', folds), name, targetSchema: schema, target: relation, targetName }
  })

const testsOf = async (ask: Ask, sql: string, { folds }: About): Promise<readonly TestFound[]> =>
  (await ask<TestFound>(sql)).map((row) => folded(row, 'relation', folds))

const checksOf = async (ask: Ask, about: About, which: Which): Promise<readonly TestFound[]> => {
  const sql = which === 'system' ? undefined : checks(which, about)
  return sql === undefined ? [] : await testsOf(ask, sql, about)
}

/** MariaDB: what is declared JSON is a LONGTEXT with a check that says so. */
const jsonColumns = (checked: readonly TestFound[], { mariadb }: About): ReadonlySet<string> =>
  new Set(
    checked.flatMap(({ schema, relation, text }) => {
      const [, column] = (mariadb && /^json_valid\(`((?:[^`]|``)+)`\)$/.exec(text)) || []
      return column === undefined
        ? []
        : [columnKey({ schema, relation, name: foldName(column.replaceAll('``', '`')) })]
    }),
  )

const columnKey = ({ schema, relation, name }: Owned & { readonly name: string }): string =>
  `${keyOf(schema, relation)}.${name}`

const isJson = (column: ColumnFound, json: ReadonlySet<string>): boolean =>
  column.type === 'longtext' && json.has(columnKey(column))
