import type { Statement } from '../statement/command.ts'
import type { BoundStatement } from './work.ts'

/** Nodes that hold another statement, which is analysed by itself. */
const BY_ITSELF: ReadonlySet<string> = new Set(['explain', 'prepare', 'declare-cursor', 'do'])

/**
 * The kind of a node that binding never looked at; undefined where it looked at all. The tree is walked by its plain
 * structure, whatever fields a node has, so a clause that is added to the tree and forgotten in binding is found.
 * INVARIANT (no-unproven-column): what was not followed feeds no output unnoticed.
 */
export const missed = ({ statement, findings }: BoundStatement): string | undefined => {
  if (BY_ITSELF.has(statement.kind)) return undefined
  const open: unknown[] = bySelf(statement)
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const entry of value as unknown[]) open.push(entry)
      continue
    }
    const { kind } = value as { kind?: unknown }
    if (typeof kind === 'string' && !findings.seen.has(value)) return kind
    findings.spend(1)
    for (const entry of Object.values(value)) open.push(entry)
  }
  return undefined
}

const bySelf = (statement: Statement): unknown[] => {
  // The statements inside a procedural one are analysed by themselves, its expressions are not.
  if (statement.kind === 'procedural') return [...statement.expressions]
  if (statement.kind === 'execute') return [...statement.args]
  // What a routine does it does when it is called.
  if (statement.kind !== 'ddl' || !statement.runs) return [statement]
  const { kind: _kind, runs: _runs, ...now } = statement
  return Object.values(now)
}
