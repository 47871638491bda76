import type { Analysis, NameContext, SessionNames } from '@sluice/core/analysis/context'
import { doubted, unproven } from '@sluice/core/analysis/doubted'
import type { ResultColumn } from '@sluice/core/mask/plan'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { type BoundValues, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import { nothingReturned, type Returned } from '@sluice/gateway/pipeline/spend'
import { NAMEDATALEN } from '../dialect/lexer/operator.ts'
import type { NamesRead } from './hidden.ts'
import { type Change, Register } from './register.ts'
import type { Running } from './running.ts'
import { weightOf } from './statement-weight.ts'

/** A prepared statement as the gateway knows it, made by Parse or by PREPARE. */
export type Prepared = {
  readonly name: string
  /** What Parse or PREPARE read: read anew at each use, as the database does. Absent where nothing is known of it. */
  readonly read?: ReadStatement
  readonly analysis: Analysis
  /** What it was before code ran that may have put another in its place. Absent: none did, or nobody can tell. */
  readonly before?: Pick<Prepared, 'read' | 'analysis'>
  /** What it counts for in the session, 0 without a name; see `weightOf`. */
  readonly weight: number
  /** The search path that it was first read under; undefined: that is not certain. */
  readonly path: readonly string[] | undefined
  /** Where its names led whenever it was read; absent while it was read as at first alone. See `isHidden`. */
  readings?: NamesRead[]
  /** The last other reading of which that is certain. */
  lastRead?: Analysis
  parameterTypes: readonly number[]
  /** Those that Parse prescribed. Absent: none. */
  prescribed?: readonly number[]
  /** The types' names as the record last had them. */
  lastTypeNames?: { readonly types: readonly number[]; readonly names: readonly string[] }
  /** The caller's trace context, from a comment in the text. */
  readonly traceparent?: string | undefined
  described: Description
  /** The pipeline of the last Describe that was sent of it; see `Names.pipeline`. */
  askedIn?: number
  /** Version of the catalog that was the newest when it was described; undefined: none was. */
  describedUnder?: number | undefined
  /** How names were looked up then. */
  describedIn?: NameContext
}

/** RowDescription's columns; `none` for NoData; `asked` while the answer is owed; undefined while nobody asked. */
type Description = readonly ResultColumn[] | 'none' | 'asked' | undefined

/** A portal: a prepared statement with its bind values. */
export type Portal = {
  readonly name: string
  readonly prepared: Prepared
  /** What it means as it was bound: the database keeps the plan it made then. */
  readonly analysis: Analysis
  readonly values: BoundValues
  /** Bind's result formats, as sent: none is text, one is for all. */
  readonly resultFormats: readonly number[]
  described: Description
  /** Version of the catalog that was the newest when the database had bound it; undefined: it has not yet, or none was. */
  boundUnder?: number | undefined
  /** The session's `changesSent` when it had been sent. Absent: not known. */
  boundAfter?: number
  /** Rows that its Executes returned so far. */
  readonly returned: Returned
  /** Recorded before it was planned: for its first Execute. */
  opened: Opened | undefined
}

/** An execution that may go to the database. */
export type Opened = { readonly run: Running; readonly permit: Permit }

/** `returned`: by all its FETCHes so far. `kept`: with hold, and the transaction that declared it is committed. */
type Cursor = {
  readonly analysis: Analysis
  readonly hold: boolean
  readonly returned: Returned
  kept: boolean
}

const MAX_NAME_BYTES = NAMEDATALEN - 1

/** Portals remembered per session. */
const MAX_PORTALS = 1000

/** The database keeps names in tables of 63 bytes, whatever characters that cuts: two names equal so far are one. */
function keyOf(name: string): string {
  if (name.length <= MAX_NAME_BYTES && isAscii(name)) return name
  return Buffer.from(name, 'utf8').subarray(0, MAX_NAME_BYTES).toString('latin1')
}

/**
 * The session's named things, in the namespaces that the wire protocol and SQL share. INVARIANT (no-unproven-column):
 * a name means what the database said last; see `Register` for what it has not answered yet.
 */
export class Names implements SessionNames {
  readonly #prepared = new Register<Prepared>({ weigh: ({ weight }) => weight })
  readonly #cursors = new Map<string, Cursor>()
  readonly #portals = new Register<Portal>({
    confirmed: (key) => {
      if (this.#cursors.size > 0) this.#cursors.delete(key)
      this.#portals.limit(MAX_PORTALS)
    },
    removed: (portal) => {
      if (portal.opened !== undefined) this.#unexecuted(portal.opened.run)
    },
  })
  readonly #unexecuted: (run: Running) => void
  #pipeline = 0
  #voided = false

  /** `unexecuted` is told of each portal that is gone and was recorded and never executed. */
  constructor(unexecuted: (run: Running) => void = () => undefined) {
    this.#unexecuted = unexecuted
  }

  /** Which pipeline it is that messages are sent in now. */
  get pipeline(): number {
    return this.#pipeline
  }

  /** A Sync was forwarded: what comes behind it is executed even if what came before it fails. */
  nextPipeline(): void {
    this.#pipeline += 1
    this.#prepared.nextPipeline()
    this.#portals.nextPipeline()
  }

  prepared(name: string): Analysis | undefined {
    return this.statement(name)?.analysis
  }

  preparedText(name: string): ReadStatement | undefined {
    return this.statement(name)?.read
  }

  /** What the prepared statements count for that have a name, those that are not answered yet among them. */
  get statements(): number {
    return this.#prepared.weight
  }

  /** How many cursors there are that SQL declared. */
  get cursors(): number {
    return this.#cursors.size
  }

  /** SQL can FETCH from a portal of the wire protocol too. */
  cursor(name: string): Analysis | undefined {
    return this.portal(name)?.analysis
  }

  statement(name: string): Prepared | undefined {
    return this.#prepared.get(keyOf(name))
  }

  /** A Bind takes a name that no cursor has, so where a portal is known it is the newer of the two. */
  portal(name: string): Portal | undefined {
    const key = keyOf(name)
    const portal = this.#portals.get(key)
    if (portal !== undefined || this.#portals.isOpen(key)) return portal
    const cursor = this.#cursors.get(key)
    return cursor === undefined ? undefined : portalOf(name, cursor)
  }

  /** True where the answer to an earlier pipeline decides what the name stands for. */
  isOpenStatement(name: string): boolean {
    return this.#prepared.isOpen(keyOf(name))
  }

  isOpenPortal(name: string): boolean {
    return this.#portals.isOpen(keyOf(name))
  }

  /** True where definitions are not answered yet that stand in an earlier pipeline. */
  get owesEarlier(): boolean {
    return this.#prepared.owesEarlier || this.#portals.owesEarlier
  }

  definePrepared(prepared: Prepared): Change {
    return this.#prepared.change(keyOf(prepared.name), prepared)
  }

  definePortal(portal: Portal): Change {
    return this.#portals.change(keyOf(portal.name), portal)
  }

  /** PREPARE, confirmed. */
  prepare(name: string, analysis: Analysis, read: ReadStatement): void {
    // A SET may stand before it in its text.
    const path = undefined
    this.#prepared.set(keyOf(name), {
      name,
      read,
      analysis,
      weight: weightOf(read, analysis),
      path,
      parameterTypes: [],
      described: undefined,
    })
  }

  /** DECLARE, confirmed. */
  declare(name: string, analysis: Analysis, hold: boolean): void {
    this.#portals.set(keyOf(name), undefined)
    this.#cursors.set(keyOf(name), { analysis, hold, returned: nothingReturned(), kept: false })
  }

  /** Close of a statement. */
  closeStatement(name: string): Change {
    return this.#prepared.change(keyOf(name), undefined)
  }

  /** Close of a portal, which closes a cursor of that name as well. */
  closePortal(name: string): Change {
    return this.#portals.change(keyOf(name), undefined)
  }

  /** DEALLOCATE, confirmed. */
  forgetPrepared(name: string): void {
    this.#prepared.set(keyOf(name), undefined)
  }

  /** CLOSE, confirmed. */
  forgetCursor(name: string): void {
    this.#portals.set(keyOf(name), undefined)
    this.#cursors.delete(keyOf(name))
  }

  /** The unnamed one stays (backend/commands/prepare.c, `DropAllPreparedStatements`). */
  forgetAllPrepared(): void {
    const unnamed = this.#prepared.get('')
    this.#prepared.clear()
    this.#prepared.set('', unnamed)
  }

  forgetAllCursors(): void {
    this.#cursors.clear()
    this.#portals.clear()
  }

  /** A transaction ended: portals and cursors without hold are gone. */
  transactionEnded(): void {
    this.#portals.clear()
    for (const [key, cursor] of this.#cursors) {
      if (cursor.hold) cursor.kept = true
      else this.#cursors.delete(key)
    }
  }

  /** The transaction is taken back, and with it the cursors that it declared. */
  rolledBack(): void {
    for (const [key, cursor] of this.#cursors) if (!cursor.kept) this.#cursors.delete(key)
  }

  /**
   * Code ran that may have redefined any of them. INVARIANT (deny-by-default): what they do is unknown, and so is what they
   * return and change. They stay known by name, so that the statements still work for whom that is allowed. `kept`: what the
   * database was sure of by then.
   */
  void(kept?: Portal | Prepared): void {
    this.#prepared.update((prepared) => {
      // No code has a name for the unnamed one.
      if (prepared === kept || prepared.name === '') return prepared
      const now = voided(prepared, doubted)
      this.#voided ||= now.before !== undefined
      return now
    })
    this.#voidCursors(doubted, kept)
  }

  /** True where code may have redefined what Parse made, and the database was not asked since. */
  get areVoided(): boolean {
    return this.#voided
  }

  /** What Parse made is what it was where it is still there: code prepares by PREPARE alone. `parsed`: the names of such. */
  restore(parsed: ReadonlySet<string>): void {
    this.#voided = false
    this.#prepared.update((prepared) => {
      const { before, ...rest } = prepared
      return before !== undefined && parsed.has(keyOf(prepared.name)) ? { ...rest, ...before } : prepared
    })
  }

  /**
   * The same where the code can have opened cursors alone. What those do was decided with it. INVARIANT
   * (no-unproven-column): what they return is unknown.
   */
  voidCursors(kept?: Portal | Prepared): void {
    this.#voidCursors(unproven, kept)
  }

  #voidCursors(doubt: InDoubt, kept: Portal | Prepared | undefined): void {
    this.#portals.update((portal) =>
      portal === kept
        ? portal
        : {
            ...portal,
            prepared: voided(portal.prepared, doubt),
            analysis: doubt(portal.analysis),
            described: undefined,
          },
    )
    for (const [key, cursor] of this.#cursors) {
      this.#cursors.set(key, { ...cursor, analysis: doubt(cursor.analysis) })
    }
  }
}

type InDoubt = (analysis: Analysis) => Analysis

function voided(prepared: Prepared, doubt: InDoubt): Prepared {
  const { read, ...rest } = prepared
  const { analysis } = prepared
  const before = read !== undefined && prepared.prescribed !== undefined ? { read, analysis } : undefined
  return {
    ...rest,
    ...(before === undefined ? {} : { before }),
    analysis: doubt(analysis),
    described: undefined,
  }
}

function isAscii(name: string): boolean {
  for (let i = 0; i < name.length; i += 1) if (name.charCodeAt(i) >= 0x80) return false
  return true
}

function portalOf(name: string, { analysis, returned }: Cursor): Portal {
  const prepared: Prepared = {
    name: '',
    analysis,
    weight: 0,
    path: undefined,
    parameterTypes: [],
    described: undefined,
  }
  return {
    name,
    prepared,
    analysis,
    values: NO_VALUES,
    resultFormats: [],
    described: undefined,
    returned,
    opened: undefined,
  }
}
