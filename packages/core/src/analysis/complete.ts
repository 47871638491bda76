import type { BoundStatement } from './work.ts'

/** Nodes that hold another statement, which is analysed by itself. */
const BY_ITSELF: ReadonlySet<string> = new Set(['explain', 'prepare', 'declare-cursor'])

/**
 * The kind of a node that binding never looked at; undefined where it looked at all. The tree is walked by its plain
 * structure, whatever fields a node has, so a clause that is added to the tree and forgotten in binding is found.
 * INVARIANT (no-unproven-column): what was not followed feeds no output unnoticed.
 */
export const missed = ({ statement, findings }: BoundStatement): string | undefined => {
  if (BY_ITSELF.has(statement.kind)) return undefined
  // The statements inside a procedural one are analysed by themselves, its expressions are not.
  const open: unknown[] = statement.kind === 'procedural' ? [...statement.expressions] : [statement]
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
