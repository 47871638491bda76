import type { ContextChange, SessionNames } from './context.ts'

const nothing = (): undefined => undefined

const NO_NAMES: SessionNames = { prepared: nothing, cursor: nothing }

/**
 * The session's names as a statement of the same text finds them behind one that changes them. INVARIANT
 * (no-unproven-column): what cannot be told is unknown.
 */
export function namesAfter(names: SessionNames, change: ContextChange): SessionNames {
  switch (change.kind) {
    case 'prepare':
      return withPrepared(names, change.name, change)
    case 'deallocate':
      return change.name === undefined
        ? { ...NO_NAMES, cursor: (name) => names.cursor(name) }
        : withPrepared(names, change.name, undefined)
    case 'declare':
      return withCursor(names, change.name, change)
    case 'close':
      return change.name === undefined ? withoutCursors(names) : withCursor(names, change.name, undefined)
    case 'transaction-end':
      return withoutCursors(names)
    case 'names-void':
      return NO_NAMES
    case 'settings':
    case 'catalog':
      return names
  }
}

type Prepared = Pick<Extract<ContextChange, { kind: 'prepare' }>, 'analysis' | 'read'>

function withPrepared(names: SessionNames, changed: string, to: Prepared | undefined): SessionNames {
  return {
    prepared: (name) => (name === changed ? to?.analysis : names.prepared(name)),
    preparedText: (name) => (name === changed ? to?.read : names.preparedText?.(name)),
    cursor: (name) => names.cursor(name),
  }
}

type Declared = Pick<Extract<ContextChange, { kind: 'declare' }>, 'analysis'>

function withCursor(names: SessionNames, changed: string, to: Declared | undefined): SessionNames {
  return { ...preparedOf(names), cursor: (name) => (name === changed ? to?.analysis : names.cursor(name)) }
}

function withoutCursors(names: SessionNames): SessionNames {
  // Every COMMIT comes here: a wrapper more for each would grow without end.
  return names.cursor === nothing ? names : { ...preparedOf(names), cursor: nothing }
}

function preparedOf(names: SessionNames): Pick<SessionNames, 'prepared' | 'preparedText'> {
  return {
    prepared: (name) => names.prepared(name),
    preparedText: (name) => names.preparedText?.(name),
  }
}
