import type { Select } from './query.ts'

/** A SELECT with nothing in it. */
export const emptySelect: Select = {
  kind: 'select',
  distinct: false,
  distinctOn: [],
  targets: [],
  from: [],
  groupBy: [],
  windows: [],
  orderBy: [],
  locks: false,
}
