import { deriveBy } from '@sluice/core/analysis/derive'
import { buildCatalog, type CatalogRows } from '@sluice/core/catalog/build'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { sqlserverTraits } from '../../src/analysis-traits/traits.ts'
import type { SqlserverModes } from '../../src/dialect/modes.ts'

type Shape = { readonly schema?: string; readonly columns: string; readonly definition?: string }

/** A small shop: what the fixtures speak of. */
const RELATIONS: Readonly<Record<string, Shape>> = {
  customers: { columns: 'id name email ssn doc prefs city credit' },
  orders: { columns: 'id customer_id total note created_at' },
  contacts: { columns: 'customer_id email phone' },
  audit_log: { columns: 'id note who' },
  employees: { columns: 'id name manager_id salary' },
  sales: { columns: 'customer_id y2023 y2024' },
  secrets: { schema: 'vault', columns: 'id token' },
  customer_v: {
    columns: 'id mail loud',
    definition: 'select id, email as mail, upper(name) as loud from dbo.customers',
  },
  customer_vv: {
    columns: 'mail both',
    definition: "select mail, mail + '/' + loud as both from dbo.customer_v where id > 0",
  },
  rich_v: { columns: 'id', definition: 'select id from customers where credit > 1000' },
  broken_v: { columns: 'a b', definition: 'select 1 as a' },
  objects: { schema: 'sys', columns: 'object_id name type' },
}

const ROUTINES: CatalogRows['routines'] = [
  { schema: 'dbo', name: 'tidy', effect: 'pure' },
  { schema: 'dbo', name: 'email_of', effect: 'reads' },
  { schema: 'dbo', name: 'orders_of', effect: 'reads' },
]

const PII: Readonly<Record<string, string>> = { email: 'pii.email', ssn: 'pii.national-id' }

const labeller: Labeller = ({ name }) => {
  const label = PII[name]
  return label === undefined ? [] : [{ name: label, origin: 'detector', confidence: 1 }]
}

/** How a session on the shop looks names up. */
export const CONTEXT = { database: 'shop', searchPath: ['dbo', 'sys'] }

/** The shop's catalog, its views read by the dialect. */
export const shopCatalog = async (dialect: Dialect<SqlserverModes>): Promise<Catalog> => {
  const views = new Map<number, ReadStatement>()
  const entries = Object.entries(RELATIONS).map(([name, shape], index) => ({ name, shape, id: index + 1 }))
  for (const { id, shape } of entries) {
    if (shape.definition === undefined) continue
    const [read] = await dialect.read(shape.definition, { quotedIdentifier: true })
    if (read) views.set(id, read)
  }
  const rows: CatalogRows = {
    database: 'shop',
    relations: entries.map(({ name, shape, id }) => ({
      id,
      name,
      schema: shape.schema ?? 'dbo',
      type: shape.definition === undefined ? 'table' : 'view',
      system: shape.schema === 'sys',
    })),
    columns: entries.flatMap(({ shape, id }) =>
      shape.columns.split(' ').map((name, i) => ({ relation: id, name, ordinal: i + 1, type: 'nvarchar' })),
    ),
    routines: ROUTINES,
  }
  return buildCatalog(1, rows, labeller, deriveBy({ views, computed: new Map() }, CONTEXT, sqlserverTraits))
}
