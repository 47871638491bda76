import type { StateTable } from './table.ts'

/**
 * The tables of one leg as a Mermaid state diagram, for the documentation. One arrow per pair of states; its
 * label lists the messages, with the sender's role where a leg has several tables. Messages that change nothing
 * are left out, or it would be mostly loops.
 */
export function diagram(tables: readonly StateTable[]): string {
  const arrows = new Map<string, string[]>()
  for (const { role, states } of tables) {
    for (const [from, row] of Object.entries(states)) {
      for (const [message, to] of Object.entries(row)) {
        if (to === undefined || to === from) continue
        const arrow = `  ${identifier(from)} --> ${identifier(to)}`
        const label = tables.length > 1 ? `${message} (${role})` : message
        arrows.set(arrow, [...(arrows.get(arrow) ?? []), label])
      }
    }
  }
  const names = [...new Set(tables.flatMap(({ states }) => Object.keys(states)))]
  const declared = names.map((name) => `  state "${name}" as ${identifier(name)}`)
  const drawn = [...arrows].map(([arrow, messages]) => `${arrow} : ${messages.join(', ')}`)
  return ['stateDiagram-v2', ...declared, ...drawn, ''].join('\n')
}

// Mermaid reads a hyphen in a state's identifier as part of an arrow.
function identifier(state: string): string {
  return state.replaceAll('-', '_')
}
