/**
 * Books of one process that share their labels hear of each other at once, so that what came through one entry of the
 * configuration counts in the next statement through another. Books of other processes look once a second.
 */
export class LabelNews {
  readonly #books = new Map<string, Set<() => void>>()
  #isTelling = false

  /** `hear` is called when another book has written. Gives what leaves. */
  join(labelsOf: string, hear: () => void): () => void {
    const books = this.#books.get(labelsOf) ?? new Set()
    this.#books.set(labelsOf, books.add(hear))
    return () => books.delete(hear)
  }

  /** The book that hears by `teller` has written. What others write as they hear of it is told by nobody. */
  tell(labelsOf: string, teller: () => void): void {
    if (this.#isTelling) return
    this.#isTelling = true
    for (const hear of this.#books.get(labelsOf) ?? []) if (hear !== teller) hear()
    this.#isTelling = false
  }
}
