import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { catalogOf } from '../../src/catalog/catalog-of.ts'
import type { ColumnFound, RelationFound, RoutineFound, Snapshot } from '../../src/catalog/rows.ts'

type Shape = {
  readonly kind?: RelationFound['kind']
  readonly schema?: string
  readonly system?: boolean
  readonly definition?: string
  /** `name`, or `name = expression` for a generated column. */
  readonly columns: readonly string[]
}

/** A small shop: what the fixtures speak of. */
const RELATIONS: Readonly<Record<string, Shape>> = {
  customers: {
    columns: ['id', 'name', 'email', 'ssn', 'doc', 'home', 'domain = split_part(email, $$@$$, 2)'],
  },
  orders: { columns: ['id', 'customer_id', 'total', 'note', 'created_at'] },
  contacts: { columns: ['customer_id', 'email', 'phone'] },
  audit_log: { columns: ['id', 'note', 'who'] },
  employees: { columns: ['id', 'name', 'manager_id'] },
  secrets: { schema: 'vault', columns: ['id', 'token'] },
  customer_v: {
    kind: 'v',
    columns: ['id', 'mail', 'loud'],
    definition: 'SELECT id, email AS mail, upper(name) AS loud FROM public.customers',
  },
  customer_vv: {
    kind: 'v',
    columns: ['mail', 'both'],
    definition: 'SELECT mail, (mail || loud) AS both FROM public.customer_v WHERE id > 0',
  },
  customer_mv: { kind: 'm', columns: ['email'], definition: 'SELECT email FROM public.customers' },
  ana_v: {
    kind: 'v',
    columns: ['id'],
    definition: "SELECT id FROM public.customers WHERE email LIKE 'ana%'",
  },
  tick_v: { kind: 'v', columns: ['n'], definition: 'SELECT public.tick() AS n' },
  broken_v: { kind: 'v', columns: ['a', 'b'], definition: 'SELECT 1 AS a' },
  pg_stats: { kind: 'v', schema: 'pg_catalog', system: true, columns: ['tablename', 'most_common_vals'] },
  pg_class: { schema: 'pg_catalog', system: true, columns: ['oid', 'relname', 'relnamespace', 'relkind'] },
  pg_namespace: { schema: 'pg_catalog', system: true, columns: ['oid', 'nspname'] },
}

/** Of columns that are no texts. */
const TYPES: Readonly<Record<string, string>> = { doc: 'jsonb' }

const ROUTINES: readonly Partial<RoutineFound>[] = [
  { name: 'tidy', source: 'SELECT lower(trim($1))', volatility: 'i' },
  { name: 'email_of', source: 'SELECT email FROM public.customers WHERE id = $1', volatility: 's' },
  { name: 'purge', source: 'DELETE FROM public.audit_log WHERE id < $1; SELECT 1', volatility: 'v' },
  {
    name: 'tick',
    language: 'plpgsql',
    source: "BEGIN EXECUTE current_setting('app.tick'); RETURN 1; END",
    volatility: 'v',
  },
  { name: 'vat', language: 'plpgsql', source: 'BEGIN RETURN round($1 * 0.2); END', volatility: 's' },
  { name: 'sneaky', language: 'plpgsql', source: 'BEGIN RETURN tick(); END', volatility: 's' },
  {
    name: 'length',
    language: 'plpgsql',
    source: "BEGIN EXECUTE current_setting('app.tick'); RETURN 1; END",
    volatility: 'v',
    schema: 'vault',
  },
  {
    name: 'archive',
    language: 'plpgsql',
    source: 'BEGIN DELETE FROM orders WHERE id = $1; END',
    volatility: 'v',
  },
  { name: 'similarity', language: 'c', volatility: 'i', extension: 'pg_trgm' },
  {
    name: 'gen_report',
    source: 'SELECT max(email) FROM public.customers',
    volatility: 'i',
    extension: 'pgcrypto',
  },
  { name: 'dblink', language: 'c', volatility: 'v', extension: 'dblink' },
  {
    name: 'hushed',
    language: 'plpgsql',
    source: 'BEGIN PERFORM archive($1); RETURN 1; END',
    volatility: 's',
  },
]

const PLAIN: RoutineFound = {
  defaults: null,
  id: 0,
  schema: 'public',
  name: '',
  language: 'sql',
  volatility: 'v',
  kind: 'f',
  extension: null,
  source: '',
  body: null,
  definition: null,
  parts: [],
  system: [],
  types: [],
}

const FIRST_ID = 20_000

const definitionOf = ({ name, language, source, volatility }: Partial<RoutineFound>): string | null =>
  language === 'plpgsql'
    ? `CREATE FUNCTION ${name}(float8) RETURNS ${/RETURN/.test(source ?? '') ? 'int' : 'void'} LANGUAGE plpgsql ${volatility === 's' ? 'STABLE' : ''} AS $f$${source}$f$`
    : null

const snapshot = (): Snapshot => {
  const relations: RelationFound[] = []
  const columns: ColumnFound[] = []
  for (const [name, shape] of Object.entries(RELATIONS)) {
    const id = FIRST_ID + relations.length
    relations.push({
      id,
      name,
      schema: shape.schema ?? 'public',
      kind: shape.kind ?? 'r',
      system: shape.system ?? false,
      definition: shape.definition ?? null,
      parents: [],
    })
    for (const [i, text] of shape.columns.entries()) {
      const [column = '', expression] = text.split(' = ')
      const found = {
        relation: id,
        name: column,
        ordinal: i + 1,
        type: TYPES[column] ?? 'text',
        modifier: null,
        comment: null,
      }
      const computed = expression !== undefined
      const runs = computed ? { routines: [], types: [] } : { routines: null, types: null }
      columns.push({ ...found, expression: expression ?? null, computed, ...runs })
    }
  }
  const routines = ROUTINES.map(
    (routine, i): RoutineFound => ({
      ...PLAIN,
      id: FIRST_ID + 1_000 + i,
      definition: definitionOf(routine),
      ...routine,
    }),
  )
  const types = [
    { id: 1, schema: 'public', name: 'mood', parts: [], system: [], uses: [], calls: null },
    {
      id: 2,
      schema: 'public',
      name: 'checked',
      parts: [FIRST_ID + 1_003],
      system: [],
      uses: [],
      calls: null,
    },
  ]
  const operators = [{ schema: 'public', name: '<%', parts: [FIRST_ID + 1_008], system: [] }]
  return {
    database: 'shop',
    version: 180_000,
    identity: '1/1',
    definitionsRun: false,
    schemas: '1',
    encoding: 'UTF8',
    relations,
    columns,
    routines,
    operators,
    types,
    shapes: [],
    triggers: [],
    rules: [],
    defaults: [],
    references: [],
    attached: [],
    checks: [],
    tests: [],
    blessed: [],
    hash: '',
    stamp: undefined,
  }
}

const PII: Readonly<Record<string, string>> = {
  email: 'pii.email',
  ssn: 'pii.national-id',
  phone: 'pii.phone',
}

const labeller: Labeller = ({ name }) => {
  const label = PII[name]
  return label === undefined ? [] : [{ name: label, origin: 'detector', confidence: 1 }]
}

/** The shop's catalog, its views and functions read by the dialect. */
export const shopCatalog = async (dialect: Dialect): Promise<Catalog> =>
  (await catalogOf(1, snapshot(), { dialect, labeller, blessings: [] })).catalog
