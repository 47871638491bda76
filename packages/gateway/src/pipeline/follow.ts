import type { Analysis } from '@sluice/core/analysis/context'
import type { Followed } from '../ports/flow-ledger.ts'
import type { Governance, SessionIdentity } from '../session/governance.ts'
import type { Execution } from './admit.ts'

/** What executions move that is not known to be there yet. */
const pending = new WeakMap<Execution, Followed>()

/** Keeps what a statement is about to move. Throws `FlowsUnwritable`. */
export function follow(governance: Governance, who: SessionIdentity, execution: Execution): void {
  const { analysis } = execution
  if (governance.flows === undefined || !mayMove(analysis)) return
  const mover = { principal: who.principal.id, verb: analysis.facts.verb, at: governance.now() }
  const followed = governance.flows.follow(analysis, mover)
  if (followed !== undefined) pending.set(execution, followed)
}

/** Definitions move nothing by themselves, but give what was moved other names. */
function mayMove({ facts }: Analysis): boolean {
  return facts.flows.length > 0 || facts.effects.includes('ddl')
}

/** Hands out what an execution has to settle, once. */
function takeFollowed(execution: Execution): Followed | undefined {
  if (!mayMove(execution.analysis)) return undefined
  const followed = pending.get(execution)
  pending.delete(execution)
  return followed
}

/**
 * Errors behind which nobody knows what became of the statement: the connection or the server went down, which may
 * have been after it was committed.
 */
const DOUBTFUL = /^(08|57P|58|XX)/

/**
 * What may commit amid itself, but in a block that a client began: no error, and no rollback, behind it tells that it did
 * nothing.
 */
const COMMITTING: readonly string[] = ['call', 'do']

function mayCommit({ facts }: Analysis): boolean {
  return COMMITTING.some((verb) => facts.verbs.includes(verb))
}

/** `lasting`: nothing takes it back. */
type Move = { readonly followed: Followed; lasting: boolean }

/** What executions moved within one transaction, until it ends. */
export class OpenMoves {
  #moves: Move[] = []
  #inBlock = false

  /**
   * The database says that a block is open which nothing but a statement of its own ends: of PostgreSQL, not of MySQL, where
   * code may commit any.
   */
  blockIsOpen(): void {
    this.#inBlock = true
  }

  /** An execution is over. What certainly had no effect is taken back at once. */
  settle(execution: Execution, outcome: string, code: string | undefined): void {
    const followed = takeFollowed(execution)
    if (outcome === 'skipped' || outcome === 'refused') {
      followed?.undo()
      return
    }
    if (followed === undefined && this.#moves.length === 0) return
    const lasting = !this.#inBlock && mayCommit(execution.analysis)
    // With it whatever stands before it, of an unfinished pipeline.
    if (lasting) for (const move of this.#moves) move.lasting = true
    if (followed === undefined) return
    if (!lasting && outcome === 'failed' && !DOUBTFUL.test(code ?? 'XX')) followed.undo()
    else this.#moves.push({ followed, lasting })
  }

  /** The transaction was rolled back, as the database said. */
  rolledBack(): void {
    for (const { followed, lasting } of this.#take()) {
      if (lasting) followed.confirm()
      else followed.undo()
    }
  }

  /** The transaction is over: committed, or nobody knows. */
  ended(): void {
    this.#inBlock = false
    if (this.#moves.length > 0) for (const { followed } of this.#take()) followed.confirm()
  }

  /** The transaction is prepared: some session ends it some day, and until then nobody knows how. */
  prepared(): void {
    this.#take()
  }

  #take(): readonly Move[] {
    this.#inBlock = false
    const moves = this.#moves
    this.#moves = []
    return moves
  }
}
