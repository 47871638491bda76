import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog, End } from '@sluice/core/catalog/catalog'
import { across, distinctEnds } from '@sluice/core/flow/code-moves'
import { isColumn, type Move, movesOf, shownBy } from '@sluice/core/flow/moves'
import type { Followed } from '@sluice/gateway/ports/flow-ledger'

/**
 * Views as statements define them whose transactions are open. No catalog has them so, nor ever will where they are gone
 * or are others again when the transaction ends: what goes through one is followed to what it is made of, all of it.
 */
export class OpenViews {
  /** By their names, in whichever schema: several transactions may have one each. */
  readonly #open = new Map<string, Set<OpenView>>()

  /** Follows a statement with the views open that it defines: they are until its transaction is over. */
  during(facts: Facts, follow: () => Followed | undefined): Followed | undefined {
    const views = this.#definedBy(facts)
    if (views.length === 0) return follow()
    const close = (): void => {
      for (const view of views) this.#close(view)
    }
    for (const view of views) this.#open.set(view.name, new Set([...(this.#open.get(view.name) ?? []), view]))
    try {
      const followed = follow()
      const over = (what: keyof Followed) => () => {
        close()
        followed?.[what]()
      }
      return { confirm: over('confirm'), undo: over('undo') }
    } catch (refusal) {
      close()
      throw refusal
    }
  }

  #close(view: OpenView): void {
    const same = this.#open.get(view.name)
    same?.delete(view)
    if (same?.size === 0) this.#open.delete(view.name)
  }

  #definedBy(facts: Facts): readonly OpenView[] {
    const shown = Map.groupBy(shownBy(facts), ({ view }) => view)
    const defined = [...shown].map(([name, parts]) => ({
      name,
      sources: parts.flatMap(({ sources }) => sources),
    }))
    return [...defined, ...this.#renamedBy(facts)].map(({ name, sources }) => {
      return { name, sources: [...new Set(sources.flatMap((source) => [source, ...this.#behind(source)]))] }
    })
  }

  /** What a statement moves, with what open views show. */
  movesOf(facts: Facts, catalog: Catalog | undefined): readonly Move[] {
    const moves = movesOf(facts)
    return this.#open.size === 0 ? moves : this.#through([...moves, ...this.#refreshedBy(facts, catalog)])
  }

  /**
   * The moves, and those from and to what stands behind open views: by one place between where each into each would be
   * many. The very same where there are none.
   */
  #through(moves: readonly Move[]): readonly Move[] {
    const [read, written] = [new Map<OpenView, End[]>(), new Map<OpenView, End[]>()]
    for (const { sources, target } of moves) {
      const from = new Set(sources.flatMap((source) => this.#viewsAt(source)))
      for (const view of from) endsOf(read, view).push(target)
      for (const view of this.#viewsAt(target))
        endsOf(written, view).push(...sources, ...[...from].flatMap((one) => one.sources))
    }
    const more = [
      ...[...read].flatMap(([view, targets]) => across(view.sources, distinctEnds(targets))),
      ...[...written].flatMap(([view, sources]) => across(distinctEnds(sources), view.sources)),
    ]
    if (more.length === 0) return moves
    return [...moves, ...more.map(({ source, target, direct }) => ({ sources: [source], target, direct }))]
  }

  get isEmpty(): boolean {
    return this.#open.size === 0
  }

  #viewsAt(end: End): readonly OpenView[] {
    return [...(this.#open.get(isColumn(end) ? end.relation.name : end.table) ?? [])]
  }

  /**
   * What is defined by open views comes into a materialized view as they are now. The rest of it is kept as the catalog
   * has it, whoever refreshes it.
   */
  #refreshedBy({ verbs, tables }: Facts, catalog: Catalog | undefined): readonly Move[] {
    if (catalog === undefined || !verbs.includes('refresh materialized view')) return []
    return tables.flatMap(({ schema, name }) => {
      const relation = catalog.relation(schema, name)
      if (relation?.type !== 'materialized view') return []
      return relation.columns.flatMap((target): Move[] => {
        const { sources = [], direct = false } = target.derivedFrom ?? {}
        const isOpen = [target, ...sources].some((end) => this.#viewsAt(end).length > 0)
        return isOpen ? [{ target, sources, direct }] : []
      })
    })
  }

  #behind(end: End): readonly End[] {
    return this.#viewsAt(end).flatMap(({ sources }) => sources)
  }

  /** A view may have any of the names that a statement gives. */
  #renamedBy({ renames, tables }: Facts): readonly OpenView[] {
    if (renames === undefined || this.#open.size === 0) return []
    const names = [...new Set(tables.map(({ name }) => name))]
    const sources = names.flatMap((name) => [...(this.#open.get(name) ?? [])].flatMap((one) => one.sources))
    return sources.length === 0 ? [] : names.map((name) => ({ name, sources }))
  }
}

type OpenView = { readonly name: string; readonly sources: readonly End[] }

const endsOf = (all: Map<OpenView, End[]>, view: OpenView): End[] => {
  const known = all.get(view)
  if (known !== undefined) return known
  const ends: End[] = []
  all.set(view, ends)
  return ends
}
