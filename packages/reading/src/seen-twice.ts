/** Texts remembered at the same time. A power of two. */
const SLOTS = 16_384

/** Characters looked at, from the end, where clients that know no parameters put their values. */
const ENDING = 16
/** Characters looked at that are spread over the whole text. */
const SPREAD = 8

/**
 * Tells texts that come again from those that do not. Texts that differ in a literal only, as clients without
 * parameters send them, are not worth a place in the cache of exact texts: putting each of them there, and looking for
 * each of them, costs as much as reading it. Only a few characters are looked at, so two texts may be taken for one:
 * that costs a place in the cache, and nothing else.
 */
export class SeenTwice {
  /** The last text of each slot, by its hash. */
  readonly #last = new Int32Array(SLOTS)
  /** 1 where a text of the slot came twice. */
  readonly #twice = new Uint8Array(SLOTS)

  /** True where the text may have come twice. */
  maybe(text: string): boolean {
    return this.#twice[slotOf(hashOf(text))] === 1
  }

  /** True where the text came before, and no other one of its slot since. */
  see(text: string): boolean {
    const hash = hashOf(text)
    const slot = slotOf(hash)
    if (this.#last[slot] === hash) {
      this.#twice[slot] = 1
      return true
    }
    this.#last[slot] = hash
    return false
  }
}

const slotOf = (hash: number): number => (hash ^ (hash >>> 14)) & (SLOTS - 1)

function hashOf(text: string): number {
  const { length } = text
  let hash = length | 1
  for (let at = Math.max(0, length - ENDING); at < length; at++)
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  const step = 1 + Math.floor(length / SPREAD)
  for (let at = 0; at < length; at += step) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}
