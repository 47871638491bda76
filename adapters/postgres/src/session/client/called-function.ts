import type { Catalog } from '@sluice/core/catalog/catalog'
import { type Answer, askServer } from '../ask.ts'
import type { Session } from '../session.ts'

/** A function as pg_proc has it: what a FunctionCall's OID stands for. */
export type CalledFunction = {
  readonly schema: string
  readonly name: string
  readonly argumentTypes: readonly number[]
  readonly resultType: number
}

/** Functions kept for one catalog. A large object is read and written by a handful. */
const MAX_KEPT = 256

/** Answers of the database, for as long as the catalog of their time is the newest. */
const kept = new WeakMap<Catalog, Map<number, CalledFunction>>()

/**
 * The function behind an OID; undefined where there is none. Asks the database on the session's own connection, which
 * must owe nothing.
 */
export async function calledFunction(session: Session, oid: number): Promise<CalledFunction | undefined> {
  const catalog = session.catalogDirty ? undefined : session.governance.catalog.current()
  const known = catalog === undefined ? undefined : kept.get(catalog)?.get(oid)
  if (known !== undefined) return known
  const found = await ask(session, oid)
  if (found !== undefined && catalog !== undefined) keep(catalog, oid, found)
  return found
}

function ask(session: Session, oid: number): Promise<CalledFunction | undefined> {
  return askServer(
    session,
    'SELECT n.nspname, p.proname, p.proargtypes::pg_catalog.text, p.prorettype::pg_catalog.text ' +
      'FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace ' +
      `WHERE p.oid OPERATOR(pg_catalog.=) ${oid}`,
    functionIn,
  )
}

function functionIn(answer: Answer): CalledFunction | undefined {
  const [schema, name, argumentTypes, resultType] = answer?.[0] ?? []
  if (typeof schema !== 'string' || typeof name !== 'string') return undefined
  const types = (argumentTypes ?? '').split(' ').filter((type) => type !== '')
  return { schema, name, argumentTypes: types.map(Number), resultType: Number(resultType) }
}

function keep(catalog: Catalog, oid: number, found: CalledFunction): void {
  const functions = kept.get(catalog) ?? new Map<number, CalledFunction>()
  if (functions.size < MAX_KEPT) functions.set(oid, found)
  kept.set(catalog, functions)
}

/** The statement that the call is decided as. */
export function callText({ schema, name }: CalledFunction, args: number): string {
  const placeholders = Array.from({ length: args }, (_, i) => `$${i + 1}`)
  return `SELECT ${quoted(schema)}.${quoted(name)}(${placeholders.join(', ')})`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
