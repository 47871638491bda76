import { castTelling, tellingOf } from '@sluice/adapter-postgres/analysis-traits/telling'
import { KINDS, quoted } from './kinds.ts'

/** A function of the system, by the types of its arguments. */
export type SystemFunction = {
  readonly name: string
  readonly kind: 'f' | 'a' | 'w'
  readonly types: readonly string[]
}

/** An operator of the system; `left` is NULL where it stands in front. */
export type SystemOperator = { readonly name: string; readonly left: string | null; readonly right: string }

export const SYSTEM_FUNCTIONS = `
SELECT p.proname AS name, p.prokind AS kind, ARRAY(SELECT t.typname::text FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY u (id, n)
  JOIN pg_catalog.pg_type t ON t.oid = u.id ORDER BY n) AS types
FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs BETWEEN 1 AND 5 AND p.prokind IN ('f', 'a', 'w')
ORDER BY p.proname, p.oid`

export const SYSTEM_OPERATORS = `
SELECT o.oprname AS name, l.typname AS left, r.typname AS right FROM pg_catalog.pg_operator o
LEFT JOIN pg_catalog.pg_type l ON l.oid = o.oprleft JOIN pg_catalog.pg_type r ON r.oid = o.oprright ORDER BY o.oid`

/** Types that stand for any of some kind. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  any: 'text',
  anyarray: '_text',
  anycompatible: 'text',
  anycompatiblearray: '_text',
  anycompatiblenonarray: 'text',
  anycompatiblerange: 'int4range',
  anyelement: 'text',
  anyenum: 'mood',
  anynonarray: 'text',
  anyrange: 'int4range',
  record: 'addr',
}

const kindOf = (type: string): string => STANDS_FOR[type] ?? type

const isKind = (type: string): boolean => kindOf(type) in KINDS

const column = (type: string): string => `c_${kindOf(type)}`

const constant = (type: string, n = 0): string => {
  const name = kindOf(type)
  const kind = KINDS[name]
  return kind?.constants[n % kind.constants.length] ?? `${quoted(kind?.one[0] ?? '')}::${name}`
}

/** Ways to ask the table of kinds for what is made of its columns. */
export const everyWay = (
  functions: readonly SystemFunction[],
  operators: readonly SystemOperator[],
): readonly string[] => [
  ...functions.filter(({ name, types }) => tellingOf(name) && types.every(isKind)).flatMap(callsOf),
  ...operators
    .filter(({ left, right }) => isKind(right) && (left === null || isKind(left)))
    .flatMap(operationsOf),
  ...Object.keys(KINDS).flatMap(castsOf),
  ...Object.keys(KINDS).flatMap(formsOf),
]

const shown = (expression: string): string => `SELECT id, ${expression} FROM kinds ORDER BY id`

/** With every argument a column, and with one a column and the others constants. */
const callsOf = ({ name, kind, types }: SystemFunction): readonly string[] => {
  const all = types.map(column).join(', ')
  const some = types.map((type, i) =>
    types.map((other, j) => (i === j ? column(type) : constant(other, j))).join(', '),
  )
  return [...new Set([all, ...some])].flatMap((given) => {
    const call = `"${name}"(${given})`
    if (kind === 'f') return [shown(call)]
    if (kind === 'w') return [shown(`${call} OVER (ORDER BY id)`)]
    return [`SELECT ${call} FROM kinds`, `SELECT id, ${call} FROM kinds GROUP BY id ORDER BY id`]
  })
}

const operationsOf = ({ name, left, right }: SystemOperator): readonly string[] =>
  left === null
    ? [shown(`${name} ${column(right)}`)]
    : [
        shown(`${column(left)} ${name} ${constant(right)}`),
        shown(`${constant(left)} ${name} ${column(right)}`),
      ]

const castsOf = (from: string): readonly string[] =>
  [...Object.keys(KINDS), 'varchar(2)', 'char(3)', 'numeric(20,2)', 'timestamp(0)', 'regtype']
    .filter((to) => castTelling([to.replace(/\(.*/, '')], [from]))
    .map((to) => shown(`c_${from}::${to.replace(/^_(.*)/, '$1[]')}`))

/** What has a syntax of its own; `$1` is a column of any type. */
const ANY = `
  ($1)[1] | ($1)[1:2] | ($1)['k'] | ($1).street | ($1).words | coalesce($1, $1) | greatest($1, $1) | nullif($1, $1)
  CASE WHEN id > 1 THEN $1 END | ARRAY[$1] | ARRAY[$1, $1] | ARRAY[$1, ARRAY['x','y','z']] | ARRAY(SELECT $1) | ROW($1, 1)
  $1 || 'x' | $1 || $1 | ARRAY[($1).words, ARRAY['x','y','z']] | ARRAY(SELECT ($1).words) | to_jsonb($1) | to_json($1) ->> 'k'
  jsonb_build_array($1) -> 0 | jsonb_build_object('a', $1) | concat($1) | concat(VARIADIC $1) | quote_nullable($1) | $1 AT TIME ZONE 'UTC'
  EXTRACT(year FROM $1) | EXTRACT(epoch FROM $1) | date_trunc('year', $1) | substring($1 FROM 'a') | overlay($1 PLACING 'x' FROM 1)
  trim($1) | JSON_OBJECT('a': $1) | XMLELEMENT(NAME a, $1) | age($1) | $1 IS NULL | (kinds).$1 | length($1::text) | (SELECT $1)
`

/** The same of the whole table, and of one row each. */
const AGGREGATES = `
  count($1) | count(DISTINCT $1) | array_agg($1) | array_agg(($1).words) | array_agg($1 ORDER BY id) | jsonb_agg($1)
  jsonb_object_agg(id, $1) | max($1) | sum($1) | avg($1) | stddev_samp($1) FILTER (WHERE id < 3) | string_agg($1::text, ',')
`

const listed = (forms: string, type: string): readonly string[] =>
  forms
    .trim()
    .split(/ \| |\n\s*/)
    .map((form) => form.replaceAll('$1', `c_${type}`))

const formsOf = (type: string): readonly string[] => [
  ...listed(ANY, type).map(shown),
  ...listed(AGGREGATES, type).flatMap((form) => [
    `SELECT ${form} FROM kinds`,
    `SELECT id, ${form} FROM kinds GROUP BY id ORDER BY id`,
  ]),
]
