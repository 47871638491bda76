import type { Procedural, Statement } from '@sluice/core/statement/command'
import type { Expression, SortKey } from '@sluice/core/statement/expression'
import type { FromItem, Query } from '@sluice/core/statement/query'
import type { Delete, Insert, Merge, Update } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node } from 'libpg-query'

/** A query or a statement that changes rows: what may stand in WITH, COPY and PREPARE. */
export type RowSource = Query | Insert | Update | Delete | Merge

/** What each family of nodes needs of the others, and of the text it came from. */
export type Context = {
  /** True where the parser saw the literals: then the tree carries them. */
  readonly literals: boolean
  /** True where a setting says what a backslash in a literal stands for. */
  readonly unsettled: boolean
  /** The server's version. */
  readonly major: number
  expression(node: Node): Expression
  expressions(nodes: readonly Node[] | undefined): Expression[]
  optional(node: Node | undefined): Expression | undefined
  sortKeys(nodes: readonly Node[] | undefined): SortKey[]
  query(node: Node): Query
  rowSource(node: Node): RowSource
  from(node: Node): FromItem
  statement(node: Node): Statement
  /** The offset in the canonical text of a byte location, where both are the same text. */
  at(location: number | undefined): number | undefined
  /** The ordinal of the literal at a byte location. */
  slot(location: number | undefined): number | undefined
  /** What a body in PL/pgSQL does, which the text that was parsed holds. Undefined: it is not understood. */
  routine(body: string): Procedural | undefined
  /** The same for a body in SQL. */
  texts(body: string): Procedural | undefined
}

/** What other databases' statements have and PostgreSQL's never do. */
type Elsewhere =
  | 'called'
  | 'server'
  | 'sequence'
  | 'variable'
  | 'qualifier'
  | 'assignments'
  | 'excluded'
  | 'excludedColumns'
  | 'seesSource'
  | 'reads'

/** A node of the dialect-neutral tree, all fields named: one that is left out does not compile. */
type Fields<N> = {
  readonly [K in keyof N as K extends Elsewhere
    ? Record<string, never> extends Pick<N, K>
      ? never
      : K
    : K]-?: Record<string, never> extends Pick<N, K> ? N[K] | undefined : N[K]
}

/** Makes a node, without the fields that are undefined. */
export const make = <N extends { readonly kind: string }>(fields: Fields<N>): N => {
  const made: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) made[key] = value
  // The cast says what the loop did: `Fields<N>` without its undefined values is `N`.
  return made as unknown as N
}

type KindOf<U> = U extends unknown ? keyof U & string : never
/** The name of every node type of libpg's tree. */
export type NodeKind = KindOf<Node>
/** The fields of the node type named. */
export type Body<K extends NodeKind> = Extract<Node, Record<K, unknown>>[K]

/** The name of a node's type and its fields. */
export const open = (node: Node): { readonly kind: NodeKind; readonly body: object } => {
  const keys = Object.keys(node)
  const kind = keys[0]
  if (keys.length !== 1 || kind === undefined)
    throw new Unreadable('the parse tree holds a node without a type')
  return { kind: kind as NodeKind, body: (node as Record<string, object>)[kind]! }
}

/**
 * The fields of a node that its lowering reads. Any other field in the node makes the statement Opaque: the allow-list
 * that deny-by-default asks for. Fields that hold their default are absent from libpg's JSON and need no mention.
 */
export const only = <T extends object, K extends keyof T & string>(
  kind: string,
  body: T,
  ...fields: readonly K[]
): Pick<T, K> => {
  for (const key in body)
    if (key !== 'location' && !fields.includes(key as unknown as K))
      throw new Unreadable(`\`${kind}.${key}\` of the parse tree is not known`)
  return body
}

/** The fields of a node that must be of one type. */
export const expect = <K extends NodeKind>(kind: K, node: Node | undefined): Body<K> => {
  if (node === undefined) throw new Unreadable(`a \`${kind}\` is missing in the parse tree`)
  const opened = open(node)
  if (opened.kind !== kind) throw new Unreadable(`\`${opened.kind}\` stands where \`${kind}\` was expected`)
  return opened.body as Body<K>
}

/** A field that the grammar always fills. */
export const required = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Unreadable(`\`${what}\` is missing in the parse tree`)
  return value
}

/** The text of a String node. */
export const text = (node: Node | undefined): string =>
  only('String', expect('String', node), 'sval').sval ?? ''

/** The texts of a list of String nodes: a name's parts, a column list. */
export const texts = (nodes: readonly Node[] | undefined): string[] => (nodes ?? []).map(text)

/** A value of a table by its key, own properties only. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, key: string, what: string): T => {
  if (!Object.hasOwn(table, key)) throw new Unreadable(`the ${what} \`${key}\` is not known`)
  return table[key]!
}
