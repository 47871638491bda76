import type { ReadStatement } from '../statement/reading.ts'
import type { Analysis, ContextChange, SessionNames } from './context.ts'

/** No name stands for anything: a session at its beginning. */
export const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

/**
 * The session's names as a statement behind one that changes them finds them: one of the same text, or of the whole
 * session. INVARIANT (no-unproven-column): what cannot be told is unknown. INVARIANT (hostile-both-sides): as large as the
 * names that stand for something, and as quick, however many changes there were.
 */
export function namesAfter(names: SessionNames, change: ContextChange): SessionNames {
  switch (change.kind) {
    case 'prepare':
      return withPrepared(names, change.name, { analysis: change.analysis, read: change.read })
    case 'deallocate':
      return change.name === undefined
        ? new NamesAfter({ ...layersOf(names), prepared: NOTHING_ON_TOP })
        : withPrepared(names, change.name, undefined)
    case 'declare':
      return withCursor(names, change.name, change.analysis)
    case 'close':
      return change.name === undefined ? withoutCursors(names) : withCursor(names, change.name, undefined)
    case 'transaction-end':
      return withoutCursors(names)
    case 'names-void':
      return change.only === 'cursors' ? withoutCursors(names) : NO_NAMES
    case 'settings':
    case 'catalog':
      return names
  }
}

/** The same names, of which none is read anew any more: each prepared statement means what it meant so far. */
export function namesWithoutTexts(names: SessionNames): SessionNames {
  const { prepared, cursors } = layersOf(names)
  const top = new Map(Array.from(prepared.top, ([name, to]) => [name, to && { analysis: to.analysis }]))
  return new NamesAfter({ prepared: { top, base: prepared.base }, cursors, textsBelow: false })
}

type Prepared = { readonly analysis: Analysis; readonly read?: ReadStatement }

/** What was changed, undefined where it was taken away, above the names from before. */
type Layer<T> = { readonly top: ReadonlyMap<string, T | undefined>; readonly base: SessionNames }

type Layers = {
  readonly prepared: Layer<Prepared>
  readonly cursors: Layer<Analysis>
  /** False where the texts of the names from before are not known any more. */
  readonly textsBelow: boolean
}

const NOTHING_ON_TOP: Layer<never> = { top: new Map(), base: NO_NAMES }

class NamesAfter implements SessionNames {
  readonly layers: Layers

  constructor(layers: Layers) {
    this.layers = layers
  }

  prepared(name: string): Analysis | undefined {
    const { top, base } = this.layers.prepared
    return top.has(name) ? top.get(name)?.analysis : base.prepared(name)
  }

  preparedText(name: string): ReadStatement | undefined {
    const { textsBelow, prepared } = this.layers
    if (prepared.top.has(name)) return prepared.top.get(name)?.read
    return textsBelow ? prepared.base.preparedText?.(name) : undefined
  }

  cursor(name: string): Analysis | undefined {
    const { top, base } = this.layers.cursors
    return top.has(name) ? top.get(name) : base.cursor(name)
  }
}

/** One layer each above what is not made here. */
function layersOf(names: SessionNames): Layers {
  if (names instanceof NamesAfter) return names.layers
  const top = new Map<string, never>()
  return { prepared: { top, base: names }, cursors: { top, base: names }, textsBelow: true }
}

function withPrepared(names: SessionNames, name: string, to: Prepared | undefined): SessionNames {
  const layers = layersOf(names)
  return new NamesAfter({ ...layers, prepared: changed(layers.prepared, name, to) })
}

function withCursor(names: SessionNames, name: string, to: Analysis | undefined): SessionNames {
  const layers = layersOf(names)
  return new NamesAfter({ ...layers, cursors: changed(layers.cursors, name, to) })
}

function withoutCursors(names: SessionNames): SessionNames {
  const layers = layersOf(names)
  // At every COMMIT.
  if (layers.cursors.base === NO_NAMES && layers.cursors.top.size === 0) return names
  return new NamesAfter({ ...layers, cursors: NOTHING_ON_TOP })
}

function changed<T>({ top, base }: Layer<T>, name: string, to: T | undefined): Layer<T> {
  const after = new Map(top)
  // Below nothing, what is taken away need not be remembered.
  if (to === undefined && base === NO_NAMES) after.delete(name)
  else after.set(name, to)
  return { top: after, base }
}
