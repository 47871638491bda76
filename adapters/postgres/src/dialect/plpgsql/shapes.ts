import { Unreadable } from '@sluice/reading/unreadable'

/**
 * What a field of a PL/pgSQL node holds. `plain`: nothing that runs. `node` and `nodes`: other nodes. `dynamic`: an
 * expression whose value is run as SQL.
 */
type Role = 'plain' | 'node' | 'nodes' | 'dynamic'

const line = { lineno: 'plain', label: 'plain' } as const
const run = { ...line, into: 'plain', strict: 'plain', target: 'plain' } as const

/**
 * The nodes of libpg's PL/pgSQL and their fields (libpg_query, pg_query_json_plpgsql.c; plpgsql.h). One that is not
 * listed makes the body unreadable. Variables that statements assign to are listed among the datums as well.
 */
export const SHAPES: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  PLpgSQL_function: {
    datums: 'nodes',
    action: 'node',
    out_param_varno: 'plain',
    new_varno: 'plain',
    old_varno: 'plain',
  },
  PLpgSQL_var: {
    refname: 'plain',
    lineno: 'plain',
    datatype: 'plain',
    isconst: 'plain',
    notnull: 'plain',
    default_val: 'node',
    cursor_explicit_expr: 'node',
    cursor_explicit_argrow: 'plain',
    cursor_options: 'plain',
    promise: 'plain',
  },
  PLpgSQL_rec: {
    refname: 'plain',
    dno: 'plain',
    lineno: 'plain',
    datatype: 'plain',
    isconst: 'plain',
    notnull: 'plain',
    default_val: 'node',
  },
  PLpgSQL_recfield: { fieldname: 'plain', recparentno: 'plain' },
  PLpgSQL_row: { refname: 'plain', lineno: 'plain', fields: 'plain', isconst: 'plain', notnull: 'plain' },
  PLpgSQL_stmt_block: { ...line, body: 'nodes', exceptions: 'node' },
  PLpgSQL_exception_block: { exc_list: 'nodes' },
  PLpgSQL_exception: { lineno: 'plain', conditions: 'plain', action: 'nodes' },
  PLpgSQL_stmt_assign: { ...line, varno: 'plain', expr: 'node' },
  PLpgSQL_stmt_if: { ...line, cond: 'node', then_body: 'nodes', elsif_list: 'nodes', else_body: 'nodes' },
  PLpgSQL_if_elsif: { ...line, cond: 'node', stmts: 'nodes' },
  PLpgSQL_stmt_case: {
    ...line,
    t_expr: 'node',
    t_varno: 'plain',
    case_when_list: 'nodes',
    have_else: 'plain',
    else_stmts: 'nodes',
  },
  PLpgSQL_case_when: { ...line, expr: 'node', stmts: 'nodes' },
  PLpgSQL_stmt_loop: { ...line, body: 'nodes' },
  PLpgSQL_stmt_while: { ...line, cond: 'node', body: 'nodes' },
  PLpgSQL_stmt_fori: {
    ...line,
    var: 'plain',
    lower: 'node',
    upper: 'node',
    step: 'node',
    reverse: 'plain',
    body: 'nodes',
  },
  PLpgSQL_stmt_fors: { ...line, var: 'plain', body: 'nodes', query: 'node' },
  PLpgSQL_stmt_forc: { ...line, var: 'plain', body: 'nodes', curvar: 'plain', argquery: 'node' },
  PLpgSQL_stmt_dynfors: { ...line, var: 'plain', body: 'nodes', query: 'dynamic', params: 'nodes' },
  PLpgSQL_stmt_foreach_a: { ...line, varno: 'plain', slice: 'plain', expr: 'node', body: 'nodes' },
  PLpgSQL_stmt_exit: { ...line, is_exit: 'plain', cond: 'node' },
  PLpgSQL_stmt_return: { ...line, expr: 'node', retvarno: 'plain' },
  PLpgSQL_stmt_return_next: { ...line, expr: 'node', retvarno: 'plain' },
  PLpgSQL_stmt_return_query: { ...line, query: 'node', dynquery: 'dynamic', params: 'nodes' },
  PLpgSQL_stmt_raise: {
    ...line,
    elog_level: 'plain',
    condname: 'plain',
    message: 'plain',
    params: 'nodes',
    options: 'nodes',
  },
  PLpgSQL_raise_option: { opt_type: 'plain', expr: 'node' },
  PLpgSQL_stmt_assert: { ...line, cond: 'node', message: 'node' },
  PLpgSQL_stmt_execsql: { ...run, sqlstmt: 'node' },
  PLpgSQL_stmt_dynexecute: { ...run, query: 'dynamic', params: 'nodes' },
  PLpgSQL_stmt_getdiag: { ...line, is_stacked: 'plain', diag_items: 'plain' },
  PLpgSQL_stmt_fetch: {
    ...line,
    target: 'plain',
    curvar: 'plain',
    direction: 'plain',
    how_many: 'plain',
    expr: 'node',
    is_move: 'plain',
    returns_multiple_rows: 'plain',
  },
  PLpgSQL_stmt_close: { ...line, curvar: 'plain' },
  PLpgSQL_stmt_perform: { ...line, expr: 'node' },
  PLpgSQL_stmt_call: { ...line, expr: 'node', is_call: 'plain', target: 'plain' },
  PLpgSQL_stmt_open: {
    ...line,
    curvar: 'plain',
    cursor_options: 'plain',
    argquery: 'node',
    query: 'node',
    dynquery: 'dynamic',
    params: 'nodes',
  },
  PLpgSQL_stmt_commit: { ...line, chain: 'plain' },
  PLpgSQL_stmt_rollback: { ...line, chain: 'plain' },
}

/** A node of libpg's JSON: the one name that it has, and its fields. Throws Unreadable. */
export const opened = (
  node: unknown,
): { readonly kind: string; readonly fields: Readonly<Record<string, unknown>> } => {
  const entries = typeof node === 'object' && node !== null ? Object.entries(node) : []
  const [first] = entries
  if (first === undefined || entries.length > 1 || typeof first[1] !== 'object' || first[1] === null)
    throw new Unreadable('a node of a body is of no known kind')
  return { kind: first[0], fields: first[1] as Record<string, unknown> }
}
