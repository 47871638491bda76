import type { Statement } from '@sluice/core/statement/command'

/** What the gateway's thread asks of the parser's: what the dialect's lowering needs. `id` comes back with the answer. */
export type ParseRequest<Source> = {
  readonly id: number
  readonly source: Source
  readonly treeDepth: number
}

/** The parser's answer; `ready` once it can take requests. After `spoiled` the worker is not used again. */
export type ParseReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'tree'; readonly id: number; readonly statement: Statement }
  | { readonly kind: 'unreadable'; readonly id: number; readonly reason: string; readonly spoiled: boolean }
