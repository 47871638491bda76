/** An operator that joins conditions. */
export type Junction<N> = { readonly op: string; readonly operands: readonly N[] }

/** How AND, OR and XOR are nested, as a text, and what stands between them. */
type Outline<N> = { readonly text: string; readonly leaves: readonly N[] }

/** Longest path down junctions; deeper is cut off the same way for every reader. */
const deepest = 500

/** The outline of a condition; undefined where the node joins none. `a AND (b AND c)` is `a AND b AND c`. */
export const outlineOf = <N>(
  node: N,
  junction: (node: N) => Junction<N> | undefined,
): Outline<N> | undefined => {
  const leaves: N[] = []
  const outline = (one: N, outer: string, depth: number): string => {
    const found = depth > deepest ? undefined : junction(one)
    if (found === undefined) {
      leaves.push(one)
      return '.'
    }
    const parts = found.operands.map((operand) => outline(operand, found.op, depth + 1)).join('')
    return found.op === outer ? parts : `${found.op}(${parts})`
  }
  if (junction(node) === undefined) return undefined
  const text = outline(node, '', 0)
  return { text, leaves }
}
