/** Requests with a wrong key that one network may send in `WINDOW_MS`; a client that leaves late sends one or two. */
export const MAX_WRONG_KEYS = 20
/** After this long the count begins anew. */
export const WINDOW_MS = 60_000
/** Networks counted apart; those beyond share one count. */
export const MAX_NETWORKS = 4096

const OTHERS = ''

/**
 * Counts cancel requests with a wrong key. A key of protocol 3.0 has 32 bits: who may try without end finds it. Whoever has
 * one IPv6 address has 2 to the power of 64 of them: those are counted together.
 * INVARIANT (hostile-both-sides).
 */
export class WrongKeys {
  readonly #now: () => number
  #counts = new Map<string, number>()
  #since = Number.NEGATIVE_INFINITY

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** False: this address has guessed too often, and is not heard until the window is over. */
  mayTry(address: string): boolean {
    return (this.#current().get(this.#slot(address)) ?? 0) < MAX_WRONG_KEYS
  }

  /** The address has shown a wrong key. */
  add(address: string): void {
    const counts = this.#current()
    const slot = this.#slot(address)
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }

  #slot(address: string): string {
    const network = networkOf(address)
    return this.#counts.has(network) || this.#counts.size < MAX_NETWORKS ? network : OTHERS
  }

  #current(): Map<string, number> {
    const now = this.#now()
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now
      this.#counts = new Map()
    }
    return this.#counts
  }
}

/** The first 64 bits of an IPv6 address (RFC 4291, 2.5.4); any other as it is. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const zeros = Array.from({ length: Math.max(0, missing) }, () => '0')
  return [...groups, ...zeros, ...(tail ?? '').split(':')].slice(0, 4).join(':')
}
