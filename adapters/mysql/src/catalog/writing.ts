import type { Catalog, Relation, Speech, Writing } from '@sluice/core/catalog/catalog'
import type { Snapshot } from './rows.ts'

/** What the server does by itself when somebody writes, as far as errors tell of it. */
export const writingOf = (catalog: Catalog, found: Snapshot, read: Read): Writing => {
  const { triggers, routines } = found
  const running = new Map<number, Speech>()
  for (const { schema, relation, body } of triggers) {
    const own = catalog.relation(schema, relation)
    const speech = own && speechOf(body, own.id, read)
    if (speech) running.set(own.id, running.get(own.id) === 'anything' ? 'anything' : speech)
  }
  const bodies = [...routines, ...triggers].map(({ body }) => body ?? '')
  // What the actions of foreign keys say, ER_FOREIGN_DUPLICATE_KEY tells, whatever was written.
  return { running, speech: 'anything', keys: new Map(), codes: new Set(bodies.flatMap(codesIn)) }
}

/** The text of a body and of those that it calls, and the tables whose names stand in it. */
export type NamedIn = { readonly text: string; readonly named: readonly Relation[] }

type Read = (body: string) => NamedIn

/** A trigger that signals nothing and names no table but its own tells in its errors of the row alone. */
const speechOf = (body: string | null, own: number, read: Read): Speech | undefined => {
  if (body === null) return 'anything'
  const { text, named } = read(body)
  if (text.includes('mysql_errno')) return 'anything'
  return text.includes('signal') || named.some(({ id }) => id !== own) ? 'values' : undefined
}

const codesIn = (body: string): readonly string[] => Array.from(body.matchAll(CODE), ([, code = '']) => code)

/** An error's number that stands in a body, and is no value of a row. */
const CODE = /\bmysql_errno\s*=\s*(\d{1,5})\b/gi
