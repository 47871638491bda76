/**
 * What a statement means can hang on its literals: `set_config('role', …)` is SET ROLE, `dblink('…')` runs its text.
 * A statement that names one of these, or that begins with another word than those of `dataWords`, is read with its
 * literals. A function that belongs here and is missing is only ever known as "called with some string".
 */

/** A statement whose first word is one of these is read without its literals. */
export const dataWords: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'values',
  'with',
  'table',
])

const names: ReadonlySet<string> = new Set([
  // Settings and other sessions.
  'set_config',
  'current_setting',
  'pg_terminate_backend',
  'pg_cancel_backend',
  'pg_notify',
  // Run a text as SQL, or read the relation that a text names.
  'query_to_xml',
  'query_to_xmlschema',
  'query_to_xml_and_xmlschema',
  'ts_stat',
  'ts_rewrite',
  'connectby',
  'xpath_table',
  'crosstab',
  'crosstabn',
  'pg_restore_relation_stats',
  'pg_restore_attribute_stats',
  'pg_clear_relation_stats',
  'pg_clear_attribute_stats',
  // Tools list its rows by the positions of the others of its columns; what it holds is labelled, and may not be sorted by.
  'pg_db_role_setting',
  // Sequences, by name.
  'nextval',
  'setval',
  'currval',
  'pg_get_serial_sequence',
  'pg_sequence_last_value',
  // Files and large objects.
  'pg_read_file',
  'pg_read_binary_file',
  'pg_stat_file',
  'lo_import',
  'lo_export',
  'lo_get',
  'lo_put',
  // Objects named by a string that is cast.
  'regclass',
  'regproc',
  'regprocedure',
  'regoper',
  'regoperator',
  'regtype',
  'regrole',
  'regnamespace',
  'regconfig',
  'regdictionary',
  'regcollation',
  'to_regclass',
  'to_regproc',
  'to_regprocedure',
  // Types by name, whose values they make.
  'pg_input_is_valid',
  'pg_input_error_info',
])

const prefixes = [
  'dblink',
  'table_to_xml',
  'cursor_to_xml',
  'schema_to_xml',
  'database_to_xml',
  'crosstab',
  'pg_ls_',
  'pg_file_',
  'pg_logical_',
  'pg_replication_',
]

/** Whether a name (folded, without quotes) makes the statement's meaning hang on its literals. */
export const hangsOnLiterals = (name: string): boolean =>
  names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
