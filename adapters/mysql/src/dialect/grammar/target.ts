import type { Expression } from '@sluice/core/statement/expression'
import type { FromItem, TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'

/** The table that is written, apart from the others that were joined to it. */
export type Apart = {
  readonly target: TableRef
  readonly rest: readonly FromItem[]
  /** Conditions of inner joins: they restrict which rows are written. */
  readonly on: readonly Expression[]
  /** Conditions of outer joins: they restrict nothing that is sure. */
  readonly seen: readonly Expression[]
}

const answersTo = (table: TableRef, name: readonly string[]): boolean =>
  table.alias === undefined
    ? table.name.at(-1) === name.at(-1) &&
      (name.length === 1 || table.name.join('.').endsWith(name.join('.')))
    : name.length === 1 && table.alias === name[0]

/**
 * Takes the table of this name or alias out of what it is joined with. The rest is joined by commas; what an outer
 * join leaves out is not modelled, so its condition restricts nothing.
 */
export const without = (from: readonly FromItem[], name: readonly string[]): Apart => {
  const rest: FromItem[] = []
  const on: Expression[] = []
  const seen: Expression[] = []
  const found: TableRef[] = []
  const open = [...from]
  for (let item = open.shift(); item !== undefined; item = open.shift()) {
    if (item.kind === 'join' && holds(item, name)) {
      if (item.natural || item.using.length > 0)
        throw new Unreadable('the table that is written is joined by column names')
      if (item.on !== undefined) (item.type === 'inner' ? on : seen).push(item.on)
      open.unshift(item.left, item.right)
    } else if (item.kind === 'table-ref' && answersTo(item, name)) found.push(item)
    else rest.push(item)
  }
  const [target, ...others] = found
  if (target === undefined || others.length > 0)
    throw new Unreadable('it is not plain which one of the tables is written')
  return { target, rest, on, seen }
}

const holds = (item: FromItem, name: readonly string[]): boolean =>
  item.kind === 'join'
    ? holds(item.left, name) || holds(item.right, name)
    : item.kind === 'table-ref' && answersTo(item, name)
