import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import type { Query, Select } from '@sluice/core/statement/query'

/** A select list of values, over no table. */
export const valuesOf = (values: readonly Expression[]): Select => ({
  ...emptySelect,
  targets: values.map((value) => ({ kind: 'target', expression: value })),
})

/** A query around one in parentheses: `SELECT * FROM (…)`. */
export const starOf = (inner: Query): Select => ({
  ...valuesOf([{ kind: 'star', qualifier: [] }]),
  from: [{ kind: 'derived', query: inner, columnAliases: [], lateral: false }],
})
