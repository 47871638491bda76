import type { Catalog } from '../../catalog/catalog.ts'
import type { Expression } from '../../statement/expression.ts'
import type { FromItem, Query } from '../../statement/query.ts'
import type { Write } from '../../statement/write.ts'
import type { NameContext } from '../context.ts'
import type { Feed } from '../feed.ts'
import type { Findings } from '../findings.ts'
import type { Bound, From, Item, Scope } from '../scope.ts'
import type { DialectTraits } from '../traits.ts'

/** What the parts of binding share, and how they reach one another: the tree is mutually recursive. */
export type Binder = {
  readonly catalog: Catalog
  readonly context: NameContext
  readonly traits: DialectTraits
  readonly findings: Findings
  /** The value of an expression: what feeds it. */
  expression(node: Expression, scope: Scope): Feed
  /** The columns of a query. `parent` is the scope around it. */
  query(node: Query, parent: Scope): Bound
  /** One FROM item. `left` is what a lateral one sees beside `outer`. */
  fromItem(node: FromItem, outer: Scope, left: readonly Item[]): From
  /** The columns of RETURNING. */
  write(node: Write, parent: Scope): Bound
}
