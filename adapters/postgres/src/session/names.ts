import type { Analysis, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { MaskPlan, ResultColumn } from '@sluice/core/mask/plan'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { ParameterRecord } from '@sluice/gateway/pipeline/admit'
import type { FormatCode } from '../messages/bind.ts'

/** A prepared statement as the gateway knows it, made by Parse or by PREPARE. */
export type Prepared = {
  readonly name: string
  /** What Parse read; absent for one made by PREPARE, whose analysis stands in `analysis`. */
  readonly read?: ReadStatement
  readonly analysis: Analysis
  parameterTypes: readonly number[]
  /** The caller's trace context, from a comment in the text. */
  readonly traceparent?: string | undefined
  described: Description
  /** The last RowDescription of one of its portals, byte for byte, and what it says. */
  lastDescription?: { readonly payload: Buffer; readonly columns: readonly ResultColumn[] }
  /** The last plan made for its rows, and everything that it hangs on. */
  lastPlan?: {
    readonly plan: MaskPlan
    readonly columns: readonly ResultColumn[]
    readonly analysis: Analysis
    readonly masks: ColumnMasks
    readonly catalog: Catalog | undefined
  }
}

/** RowDescription's columns; `none` for NoData; `asked` while the answer is owed; undefined while nobody asked. */
export type Description = readonly ResultColumn[] | 'none' | 'asked' | undefined

/** A portal: a prepared statement with its bind values. */
export type Portal = {
  readonly name: string
  readonly prepared: Prepared
  readonly parameters: readonly ParameterRecord[]
  /** Bind's result formats, as sent: none is text, one is for all. */
  readonly resultFormats: readonly FormatCode[]
  described: Description
  /** Rows that its Executes returned so far. */
  readonly returned: { rows: number }
}

/** Takes a definition back when the database refused it or passed over it. */
export type Undo = () => void

type Cursor = { readonly analysis: Analysis; readonly hold: boolean }

const MAX_NAME_BYTES = 63

/** Portals remembered per session. */
const MAX_PORTALS = 1000

/** The database keeps names in tables of 63 bytes: two names equal so far are one name. */
function keyOf(name: string): string {
  const bytes = Buffer.from(name, 'utf8')
  return bytes.length <= MAX_NAME_BYTES ? name : bytes.subarray(0, MAX_NAME_BYTES).toString('latin1')
}

/**
 * The session's named things, in the namespaces that the wire protocol and SQL share. A definition counts for the
 * messages behind it at once, since the database skips those too when it refuses the definition; `Undo` takes it
 * back then.
 */
export class Names implements SessionNames {
  readonly #prepared = new Map<string, Prepared>()
  readonly #portals = new Map<string, Portal>()
  readonly #cursors = new Map<string, Cursor>()

  prepared(name: string): Analysis | undefined {
    return this.#prepared.get(keyOf(name))?.analysis
  }

  /** SQL can FETCH from a portal of the wire protocol too. */
  cursor(name: string): Analysis | undefined {
    const key = keyOf(name)
    return this.#cursors.get(key)?.analysis ?? this.#portals.get(key)?.prepared.analysis
  }

  statement(name: string): Prepared | undefined {
    return this.#prepared.get(keyOf(name))
  }

  portal(name: string): Portal | undefined {
    const key = keyOf(name)
    const portal = this.#portals.get(key)
    if (portal !== undefined) return portal
    const cursor = this.#cursors.get(key)
    return cursor === undefined ? undefined : portalOf(name, cursor.analysis)
  }

  definePrepared(prepared: Prepared): Undo {
    return put(this.#prepared, keyOf(prepared.name), prepared)
  }

  /** Portals end with their transaction without a word, so the oldest make room. */
  definePortal(portal: Portal): Undo {
    const oldest = this.#portals.size >= MAX_PORTALS ? this.#portals.keys().next().value : undefined
    if (oldest !== undefined) this.#portals.delete(oldest)
    return put(this.#portals, keyOf(portal.name), portal)
  }

  /** PREPARE, confirmed. */
  prepare(name: string, analysis: Analysis): void {
    this.#prepared.set(keyOf(name), { name, analysis, parameterTypes: [], described: undefined })
  }

  /** DECLARE, confirmed. */
  declare(name: string, analysis: Analysis, hold: boolean): void {
    this.#portals.delete(keyOf(name))
    this.#cursors.set(keyOf(name), { analysis, hold })
  }

  forgetPrepared(name: string): Undo {
    return remove(this.#prepared, keyOf(name))
  }

  /** Close of a portal, CLOSE of a cursor. */
  forgetPortal(name: string): Undo {
    const undoPortal = remove(this.#portals, keyOf(name))
    const undoCursor = remove(this.#cursors, keyOf(name))
    return () => {
      undoPortal()
      undoCursor()
    }
  }

  forgetAllPrepared(): void {
    this.#prepared.clear()
  }

  forgetAllCursors(): void {
    this.#cursors.clear()
    this.#portals.clear()
  }

  /** A transaction ended: portals and cursors without hold are gone. */
  transactionEnded(): void {
    this.#portals.clear()
    for (const [key, cursor] of this.#cursors) if (!cursor.hold) this.#cursors.delete(key)
  }

  /**
   * Code ran that may have redefined any of them. INVARIANT (no-unproven-column): what is known of their results
   * is void. They stay known by name, so that the statements still work.
   */
  void(unproven: (analysis: Analysis) => Analysis): void {
    for (const [key, prepared] of this.#prepared) {
      const { read: _, ...rest } = prepared
      this.#prepared.set(key, { ...rest, analysis: unproven(prepared.analysis), described: undefined })
    }
    for (const [key, cursor] of this.#cursors) {
      this.#cursors.set(key, { ...cursor, analysis: unproven(cursor.analysis) })
    }
    for (const [key, portal] of this.#portals) {
      const { read: _, ...rest } = portal.prepared
      const prepared = { ...rest, analysis: unproven(rest.analysis), described: undefined }
      this.#portals.set(key, { ...portal, prepared, described: undefined })
    }
  }
}

function portalOf(name: string, analysis: Analysis): Portal {
  const prepared: Prepared = { name: '', analysis, parameterTypes: [], described: undefined }
  return { name, prepared, parameters: [], resultFormats: [], described: undefined, returned: { rows: 0 } }
}

function put<T>(map: Map<string, T>, key: string, value: T): Undo {
  const before = map.get(key)
  map.set(key, value)
  return () => (before === undefined ? map.delete(key) : map.set(key, before))
}

function remove<T>(map: Map<string, T>, key: string): Undo {
  const before = map.get(key)
  map.delete(key)
  return () => {
    if (before !== undefined) map.set(key, before)
  }
}
