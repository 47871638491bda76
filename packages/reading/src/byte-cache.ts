type Entry<V> = { readonly value: V; readonly bytes: number }

/**
 * A map bounded by the estimated bytes of what it holds. Two generations stand in for a recency list: a hit in the
 * old one moves the entry to the young one, and when the young one is half the bound full the old one is dropped.
 * A hit on a hot entry is one map look-up, and an entry that is used stays at least half the bound long.
 */
export class ByteCache<V> {
  readonly #half: number
  #young = new Map<string, Entry<V>>()
  #old = new Map<string, Entry<V>>()
  #bytes = 0

  constructor(bytes: number) {
    this.#half = bytes / 2
  }

  get(key: string): V | undefined {
    const entry = this.#young.get(key)
    if (entry !== undefined) return entry.value
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#old.delete(key)
    this.#add(key, old)
    return old.value
  }

  /** Keeps a value unless it alone is over half the bound. */
  set(key: string, value: V, bytes: number): void {
    if (bytes <= this.#half && !this.#young.has(key)) this.#add(key, { value, bytes })
  }

  #add(key: string, entry: Entry<V>): void {
    if (this.#bytes + entry.bytes > this.#half) {
      this.#old = this.#young
      this.#young = new Map()
      this.#bytes = 0
    }
    this.#young.set(key, entry)
    this.#bytes += entry.bytes
  }
}
