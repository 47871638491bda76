import type { Catalog, Speech, Writing } from '@sluice/core/catalog/catalog'
import type { Snapshot } from './rows.ts'

/** What the server does by itself when somebody writes, as far as errors tell of it. */
export const writingOf = (catalog: Catalog, found: Snapshot, namedIn: NamedIn): Writing => {
  const { triggers, routines } = found
  const running = new Map<number, Speech>()
  for (const { schema, relation, body } of triggers) {
    const own = catalog.relation(schema, relation)
    const speech = own && speechOf(body, own.id, namedIn)
    if (speech) running.set(own.id, running.get(own.id) === 'anything' ? 'anything' : speech)
  }
  const bodies = [...routines, ...triggers].map(({ body }) => body ?? '')
  // What the actions of foreign keys say, ER_FOREIGN_DUPLICATE_KEY tells, whatever was written.
  return { running, speech: 'anything', keys: new Map(), codes: new Set(bodies.flatMap(codesIn)) }
}

/** A body with those that it calls, and the tables whose names stand in them. */
export type NamedIn = (body: string) => { readonly text: string; readonly tables: readonly number[] }

/** A trigger that signals nothing and names no table but its own tells in its errors of the row alone. */
const speechOf = (body: string | null, own: number, namedIn: NamedIn): Speech | undefined => {
  if (body === null) return 'anything'
  const { text, tables } = namedIn(body)
  if (text.includes('mysql_errno')) return 'anything'
  return text.includes('signal') || tables.some((id) => id !== own) ? 'values' : undefined
}

const codesIn = (body: string): readonly string[] => Array.from(body.matchAll(CODE), ([, code = '']) => code)

/** An error's number that stands in a body, and is no value of a row. */
const CODE = /\bmysql_errno\s*=\s*(\d{1,5})\b/gi
