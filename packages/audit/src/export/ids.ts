import { hash } from 'node:crypto'

/**
 * Trace and span ids that follow from the record, so that exporting a record a second time, after a crash between
 * the collector's answer and the cursor, yields the same span and not another one.
 */
const derive = (label: string, name: string, bytes: number): string => {
  const id = hash('sha256', `sluice ${label}\0${name}`).slice(0, 2 * bytes)
  // W3C Trace Context, "trace-id" and "parent-id": all zeros is invalid.
  return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id
}

/** The trace of a session that no caller's trace holds: 32 hex digits. */
export const sessionTraceId = (session: string): string => derive('trace', session, 16)

/** The span of a session: 16 hex digits. */
export const sessionSpanId = (session: string): string => derive('session', session, 8)

/** The span of a connection that did not become a session, beside that of a session the database did not take. */
export const refusedSpanId = (session: string): string => derive('refused', session, 8)

/**
 * The span of a statement: 16 hex digits. Statements have one number each, so within a session the exclusive or with a
 * value of the session's own gives each another id, without a hash for each.
 */
export const statementSpanId = (session: string, statement: number): string => {
  const { high, low } = seedOf(session)
  const id = hex32(high ^ Math.floor(statement / 0x1_0000_0000)) + hex32(low ^ (statement % 0x1_0000_0000))
  return id === ZEROS ? '0000000000000001' : id
}

const ZEROS = '0'.repeat(16)

type Seed = { readonly high: number; readonly low: number }

const seeds = new Map<string, Seed>()

/** Sessions whose seed is remembered; beyond that all are made anew where they are needed. */
const MAX_SEEDS = 10_000

const seedOf = (session: string): Seed => {
  const known = seeds.get(session)
  if (known !== undefined) return known
  const id = derive('statement', session, 8)
  const made = { high: Number.parseInt(id.slice(0, 8), 16), low: Number.parseInt(id.slice(8), 16) }
  if (seeds.size >= MAX_SEEDS) seeds.clear()
  seeds.set(session, made)
  return made
}

const hex32 = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

/** A place in a caller's trace. */
export type TraceParent = { readonly traceId: string; readonly spanId: string; readonly flags: number }

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a `traceparent` (W3C Trace Context, "traceparent Header"); undefined where it is absent or invalid. */
export const parseTraceparent = (text: string | undefined): TraceParent | undefined => {
  const match = text === undefined || text.length > 512 ? null : pattern.exec(text)
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}
