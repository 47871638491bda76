/** What every node of the statement tree carries. Nodes are plain frozen values; `kind` names the node. */
export type Node<Kind extends string> = {
  readonly kind: Kind
  /** Offset of the node's first character in the canonical text, where the reader knows it. */
  readonly at?: number
  /** The first word or two of a statement that is called otherwise than its kind says: `replace`, `use`. */
  readonly called?: string
}

/**
 * An identifier path, outermost first: `["schema", "table"]`. Each part is already folded by the dialect's
 * rule, so two names are the same name exactly when their parts are equal.
 */
export type Name = readonly string[]
