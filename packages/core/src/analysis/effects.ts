import type { FunctionEffect } from '../catalog/catalog.ts'
import type { Ddl, Statement } from '../statement/command.ts'
import type { Effect } from './facts.ts'
import type { BoundStatement } from './work.ts'

/** What a function's effect makes the statement that calls it. */
export const OF_FUNCTION: Readonly<Record<FunctionEffect, readonly Effect[]>> = {
  pure: [],
  reads: ['read'],
  writes: ['write'],
  sequence: ['write'],
  session: ['session'],
  file: ['file'],
  network: ['network'],
  program: ['program'],
  dynamic: ['unknown'],
  admin: ['admin'],
  unknown: ['unknown'],
}

/** Effects that leave nothing behind: such code only looks. */
export const LOOKS: ReadonlySet<FunctionEffect> = new Set<FunctionEffect>(['pure', 'reads'])

const VIA = { client: [], file: ['file'], program: ['program'] } as const satisfies Record<
  string,
  readonly Effect[]
>

/** Work on the server that makes it load a library. */
const LOADS: ReadonlySet<string> = new Set(['load', 'install'])

type Rules = {
  readonly [K in Statement['kind']]: (node: Extract<Statement, { kind: K }>) => readonly Effect[]
}

/** Objects whose definition has the server call another one. */
const REMOTE: ReadonlySet<string> = new Set(['subscription', 'foreign schema'])

const definitionEffects = (node: Ddl): readonly Effect[] => {
  if (node.parts?.includes('grant')) return ['dcl', 'ddl']
  if (node.verb === 'refresh') return ['ddl', 'read', 'write']
  // A view keeps its query and stores no rows.
  if (node.verb === 'truncate' || (node.query && node.object !== 'view')) return ['ddl', 'write']
  return REMOTE.has(node.object) && node.verb !== 'comment' ? ['ddl', 'network'] : ['ddl']
}

/** What each kind of statement does by itself, beside the tables and functions it uses. */
const OWN: Rules = {
  select: () => ['read'],
  'set-operation': () => ['read'],
  values: () => ['read'],
  insert: () => ['write'],
  update: () => ['write'],
  delete: () => ['write'],
  'joined-update': () => ['write'],
  'joined-delete': () => ['write'],
  merge: () => ['write'],
  ddl: definitionEffects,
  dcl: () => ['dcl'],
  // What is prepared ran its deferred checks and triggers, and outlives the session.
  transaction: (node) => (node.others ? ['admin'] : /prepare/.test(node.op) ? ['write'] : []),
  set: (node) => (node.server === true ? ['admin'] : ['session']),
  show: () => ['read'],
  discard: () => ['session'],
  copy: (node) => [node.direction === 'in' ? 'write' : 'read', ...VIA[node.via]],
  explain: () => ['read'],
  // A procedure that is not known makes the statement dynamic.
  'call-procedure': () => [],
  // A block that is not understood makes the statement dynamic.
  do: () => [],
  prepare: () => ['session'],
  execute: () => [],
  deallocate: () => ['session'],
  'declare-cursor': () => ['session'],
  fetch: () => ['read'],
  'close-cursor': () => ['session'],
  notification: () => ['session'],
  // A lock keeps others from their work, as a write does.
  lock: () => ['write'],
  maintenance: (node) => (LOADS.has(node.verb) ? ['admin', 'program'] : ['admin']),
  procedural: () => [],
  empty: () => [],
  opaque: () => ['unknown'],
}

/** What these are defined by is kept, and nothing of it runs yet. */
const KEPT: ReadonlySet<string> = new Set(['view', 'function', 'procedure', 'rule', 'trigger', 'policy'])

/** Of a table that is made with columns of its own, defaults and checks are kept too. */
const keeps = ({ object, columns, query }: Ddl): boolean =>
  KEPT.has(object) || (columns !== undefined && query === undefined)

/** All that a statement may do, sorted. */
export const effectsOf = (bound: BoundStatement): readonly Effect[] => {
  const { statement, findings, around } = bound
  const all = new Set<Effect>([...findings.effects, ...innerEffects(bound)])
  const kept = statement.kind === 'ddl' && keeps(statement)
  for (const { effect } of kept ? findings.runNow : findings.functions.values())
    for (const e of OF_FUNCTION[effect]) all.add(e)
  if (around.planned !== true) for (const effect of carriedOut(bound)) all.add(effect)
  for (const { access } of findings.tables.values())
    if (access.has('read') && statement.kind !== 'maintenance') all.add('read')
  // Whoever acts as somebody else administers the database.
  if (findings.changesIdentity || setsIdentity(bound)) all.add('admin')
  if (bound.opaque !== undefined || bound.dynamic) all.add('unknown')
  return [...all].sort()
}

/** What it does as it is run and not only planned, beside what the functions do that it calls. */
const carriedOut = ({ statement, findings }: BoundStatement): ReadonlySet<Effect> => {
  const own = (OWN[statement.kind] as (node: Statement) => readonly Effect[])(statement)
  const all = new Set<Effect>(own)
  const written = [...findings.tables.values()].some(({ access }) => access.has('write'))
  if (findings.locks || (written && !DEFINES.has(statement.kind))) all.add('write')
  // Whoever writes the catalogs administers the database.
  if (findings.writesSystem) all.add('admin')
  if (findings.makesTable) all.add('ddl').add('write')
  return all
}

/** Statements that name tables to define them or to work on them, of which their own effects say all. */
const DEFINES: ReadonlySet<string> = new Set(['ddl', 'dcl', 'maintenance'])

const setsIdentity = ({ statement, around }: BoundStatement): boolean =>
  statement.kind === 'set' && statement.value !== undefined && around.traits.isIdentitySetting(statement.name)

/** A statement inside another counts where it runs now. */
const innerEffects = ({ statement, inner }: BoundStatement): readonly Effect[] => {
  if (!inner) return []
  switch (statement.kind) {
    case 'execute':
    case 'procedural':
    case 'do':
    // Of what is only planned, this is what planning does: see `Surroundings`.
    case 'explain':
    case 'fetch':
    // The query runs as its rows are fetched, but DECLARE WITH HOLD may run it all.
    case 'declare-cursor':
      return inner.facts.effects
    default:
      return []
  }
}
