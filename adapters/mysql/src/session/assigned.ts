import type { Statement } from '@sluice/core/statement/command'

/** A setting of the session that a statement sets; `value` is undefined where the text does not say it. */
export type Assigned = { readonly name: string; readonly value: string | undefined }

/** The settings of the session that a statement sets, in order. Those of the whole server leave the session as it is. */
export const assignedBy = (statement: Statement): readonly Assigned[] => {
  if (statement.kind !== 'set' || statement.server === true) return []
  const names = statement.name.split(', ')
  const values = statement.value?.length === names.length ? statement.value : undefined
  return names.map((name, i) => ({ name, value: values?.[i] }))
}
