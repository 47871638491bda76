import type { ColumnDescription } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'

/** What statistics count of a column's values: in two rows, one of them of one's own, that tells which is the greater. */
const NUMBERS = [
  'null_frac',
  'avg_width',
  'n_distinct',
  'most_common_freqs',
  'correlation',
  'most_common_elem_freqs',
  'elem_count_histogram',
]
const VALUES = ['most_common_vals', 'histogram_bounds', 'most_common_elems']
const SLOTS = [1, 2, 3, 4, 5]
const slot = (n: number): readonly string[] =>
  ['stakind', 'stanumbers', 'stavalues'].map((name) => `${name}${n}`)

/** Columns of the system's catalogs and of common extensions that hold users' values or other people's SQL. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'internal.sample': {
    pg_stats: [...NUMBERS, ...VALUES, 'range_empty_frac', 'range_bounds_histogram', 'range_length_histogram'],
    pg_stats_ext: [
      'n_distinct',
      'dependencies',
      'most_common_vals',
      'most_common_val_nulls',
      'most_common_freqs',
      'most_common_base_freqs',
    ],
    pg_stats_ext_exprs: [...NUMBERS, ...VALUES],
    pg_statistic: ['stanullfrac', 'stawidth', 'stadistinct', ...SLOTS.flatMap(slot)],
    pg_statistic_ext_data: ['stxdndistinct', 'stxddependencies', 'stxdmcv', 'stxdexpr'],
    pg_largeobject: ['data'],
    // What a column that was added has in the rows of before.
    pg_attribute: ['attmissingval'],
  },
  'internal.query': {
    pg_stat_activity: ['query'],
    pg_stat_statements: ['query'],
    pg_prepared_statements: ['statement'],
    pg_cursors: ['statement'],
    pg_backend_memory_contexts: ['ident'],
  },
  'secret.password-hash': {
    pg_authid: ['rolpassword'],
    pg_shadow: ['passwd'],
  },
  'secret.connection': {
    pg_user_mapping: ['umoptions'],
    pg_user_mappings: ['umoptions'],
    user_mapping_options: ['option_value'],
    _pg_user_mappings: ['umoptions'],
    pg_foreign_server: ['srvoptions'],
    foreign_server_options: ['option_value'],
    _pg_foreign_servers: ['srvoptions'],
    pg_hba_file_rules: ['options'],
    pg_subscription: ['subconninfo'],
    pg_stat_wal_receiver: ['conninfo'],
    pg_file_settings: ['setting'],
    // Settings of databases and roles: any name with a dot, any text.
    pg_db_role_setting: ['setconfig'],
    pg_roles: ['rolconfig'],
    pg_user: ['useconfig'],
    pg_shadow: ['useconfig'],
  },
}

/** Views that extensions make in a schema of the user's choice. */
const OF_EXTENSIONS: ReadonlySet<string> = new Set(['pg_stat_statements'])

const NONE: readonly Label[] = []

const index = (): ReadonlyMap<string, readonly Label[]> => {
  const found = new Map<string, readonly Label[]>()
  for (const [name, relations] of Object.entries(COLUMNS)) {
    const labels: readonly Label[] = [{ name, origin: 'builtin', confidence: 1 }]
    for (const [relation, columns] of Object.entries(relations)) {
      for (const column of columns) found.set(`${relation}.${column}`, labels)
    }
  }
  return found
}

const LABELS = index()

/** The labels that PostgreSQL's own columns carry from the start. */
export const builtinLabels = (column: ColumnDescription): readonly Label[] =>
  column.system || OF_EXTENSIONS.has(column.relation)
    ? (LABELS.get(`${column.relation}.${column.name}`) ?? NONE)
    : NONE
