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

/** The span of a statement: 16 hex digits. */
export const statementSpanId = (session: string, statement: number): string =>
  derive('statement', `${session}\0${statement}`, 8)

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
