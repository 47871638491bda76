import type { RowFill } from '@sluice/core/statement/command'
import { opened } from './shapes.ts'

/** The rows that a trigger is called for, by their numbers among a body's variables, and its variables. */
export type TriggerRow = {
  readonly fresh: number
  readonly old: number
  readonly datums: readonly object[]
}

type Fields = Readonly<Record<string, unknown>>

/** libpg leaves out numbers that are 0. A body has rows where it has an old one: only a trigger's does. */
export const triggerRow = (fields: Fields, datums: readonly object[]): TriggerRow | undefined =>
  fields['old_varno'] === undefined
    ? undefined
    : { fresh: numberOf(fields['new_varno']), old: numberOf(fields['old_varno']), datums }

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** `NEW.column := …`: the column. Undefined: it is assigned to something else, or to the whole row. */
export const filledColumn = (target: string): string | undefined => {
  const found = /^\s*(?:new|"new")\s*\.\s*(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))\s*$/iu.exec(target)
  if (!found) return undefined
  return found[1]?.replaceAll('""', '"') ?? found[2]?.toLowerCase()
}

/** Any column of the new row, with a value that is not known. */
const ANY: RowFill = { kind: 'row-fill' }

/**
 * What a node puts into the new row otherwise than by assigning to one of its columns: SELECT … INTO NEW, `NEW := r`,
 * RETURN of another row. INVARIANT (no-unproven-column): what cannot be told apart may be in any of its columns.
 */
export const fillsOf = (kind: string, fields: Fields, row: TriggerRow): readonly RowFill[] => {
  if (kind === 'PLpgSQL_stmt_return') return returnsRow(fields, row) ? [] : [ANY]
  if (kind === 'PLpgSQL_stmt_assign')
    return isPlain(fields['expr']) ? [] : fillAt(numberOf(fields['varno']), row)
  if (kind === 'PLpgSQL_stmt_foreach_a') return fillAt(numberOf(fields['varno']), row)
  if (kind === 'PLpgSQL_stmt_getdiag')
    return JSON.stringify(fields).includes('"target"') ? diagnosed(fields, row) : []
  return [fields['target'], fields['var']].flatMap((target) =>
    target === undefined ? [] : intoOf(target, row),
  )
}

/** `NEW.column := value`, whose value is known. */
const isPlain = (expression: unknown): boolean => {
  const { query } = opened(expression).fields
  const [target = ''] = typeof query === 'string' ? query.split(/:?=/u) : []
  return filledColumn(target) !== undefined
}

/** RETURN NEW, RETURN OLD, RETURN NULL. */
const returnsRow = (fields: Fields, { fresh, old }: TriggerRow): boolean => {
  const { expr, retvarno } = fields
  if (expr === undefined) return retvarno === fresh || retvarno === old || retvarno === undefined
  const { query } = opened(expr).fields
  return typeof query === 'string' && /^\s*null\s*$/iu.test(query)
}

const diagnosed = (fields: Fields, row: TriggerRow): readonly RowFill[] =>
  [...JSON.stringify(fields['diag_items']).matchAll(/"target":(\d+)/gu)].flatMap(([, at]) =>
    fillAt(Number(at), row),
  )

const intoOf = (target: unknown, row: TriggerRow): readonly RowFill[] => {
  const { kind, fields } = opened(target)
  if (kind === 'PLpgSQL_rec') return numberOf(fields['dno']) === row.fresh ? [ANY] : []
  if (kind !== 'PLpgSQL_row') return []
  const places = (fields['fields'] as readonly { readonly varno?: number }[] | undefined) ?? []
  return places.flatMap(({ varno }) => fillAt(numberOf(varno), row))
}

const fillAt = (place: number, row: TriggerRow): readonly RowFill[] => {
  if (place === row.fresh) return [ANY]
  const datum = row.datums[place]
  if (datum === undefined) return []
  const { kind, fields } = opened(datum)
  if (kind !== 'PLpgSQL_recfield' || numberOf(fields['recparentno']) !== row.fresh) return []
  const column = fields['fieldname']
  return [typeof column === 'string' ? { kind: 'row-fill', column } : ANY]
}
