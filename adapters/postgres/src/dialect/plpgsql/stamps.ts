import type { Procedural } from '@sluice/core/statement/command'
import type { Select } from '@sluice/core/statement/query'
import { type AnyNode, visit } from '@sluice/core/statement/walk'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Tell the time, or who is there, or make an id. */
const CALLED = words(`
  now clock_timestamp statement_timestamp transaction_timestamp current_timestamp localtimestamp current_date current_time
  localtime timezone extract date_part date_trunc gen_random_uuid uuid_generate_v4 uuidv4 uuidv7 current_user session_user
`)

const OPERATORS = words('= <> != + - * || in and or not')

const TYPES = words(
  'text varchar bpchar uuid date time timetz timestamp timestamptz interval int4 int8 float8 numeric bool',
)

/** What the database tells a trigger of itself. */
const VARIABLES = words(
  'tg_op tg_name tg_when tg_level tg_table_name tg_table_schema tg_relname tg_nargs tg_argv',
)

/** What stands around values, and says nothing. */
const PLAIN: ReadonlySet<AnyNode['kind']> = new Set<AnyNode['kind']>([
  'procedural',
  'row-fill',
  'target',
  'literal',
  'case',
  'subscript',
])

/** Puts into a variable what others ran, or of which they failed. */
const DIAGNOSES = /diagnostics|sqlerrm|sqlstate/i

/**
 * Whether a trigger's body does nothing but put constants, the time and ids into the row that it is called for, or refuse it
 * with a text of its own. It reads no value of any row, so it tells and moves none whatever table it is called for.
 */
export const onlyStamps = (runs: Procedural, body: string): boolean => {
  const { statements, fills = [], assumes, variables } = runs
  if (statements.length > 0 || assumes !== undefined || variables === undefined) return false
  if (DIAGNOSES.test(body) || fills.some((fill) => fill.value === undefined)) return false
  let only = true
  visit(runs, (node) => {
    only &&= stamps(node)
    return only
  })
  return only
}

const stamps = (node: AnyNode): boolean => {
  switch (node.kind) {
    case 'select':
      return isValue(node)
    case 'subquery':
      return node.mode === 'scalar' && node.query.kind === 'select'
    case 'column-ref':
      return node.name.length === 1 && VARIABLES.has(node.name[0] ?? '')
    case 'call':
      return isOfSystem(node.name, CALLED)
    case 'operator':
      return node.schema === undefined && OPERATORS.has(node.op)
    case 'cast':
      return !node.array && isOfSystem(node.type, TYPES)
    default:
      return PLAIN.has(node.kind)
  }
}

const isOfSystem = (name: readonly string[], known: ReadonlySet<string>): boolean => {
  const [bare = '', schema = 'pg_catalog', ...more] = name.toReversed()
  return known.has(bare) && schema === 'pg_catalog' && more.length === 0
}

/** `SELECT value`, as PL/pgSQL has its expressions. */
const isValue = ({ from, targets }: Select): boolean => from.length === 0 && targets.length === 1
