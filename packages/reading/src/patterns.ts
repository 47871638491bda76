import { matches, type Pattern, patternKey } from './pattern.ts'

type Kept<V> = {
  readonly modes: string
  readonly pattern: Pattern
  readonly value: V
  readonly bytes: number
  used: boolean
}

/** Patterns that fall on one place. `asked` counts the texts of the place that no pattern was found for. */
type Place<V> = { readonly kept: Kept<V>[]; asked: number; oldest: number }

/** How many places there are. A power of two. */
const placeCount = 1024
/** Patterns of one place; each is held against a text that falls there. */
const keptOfPlace = 8
/** Making a pattern costs as much as reading a text a few times: every so often one is made of a text that had none. */
const askedForOne = 64

/** Bytes of a pattern beside its characters, and of a gap. */
const patternBytes = 256
const gapBytes = 48

/**
 * Texts that were read, as patterns: finds what was read of a text that differs in its constants only, without reading
 * it. Bounded: a full place gives up a pattern that was not used since another wanted it, and over `bytes` all are
 * given up.
 */
export class Patterns<V> {
  readonly #limit: number
  readonly #longest: number
  #places: (Place<V> | undefined)[] = []
  #bytes = 0

  /** `longest`: longer texts, in UTF-16 code units, are not kept. */
  constructor(bytes: number, longest: number) {
    this.#limit = bytes
    this.#longest = longest
  }

  find(text: string, modes: string): V | undefined {
    if (text.length > this.#longest) return undefined
    const place = this.#places[placeOf(text)]
    if (place === undefined) return undefined
    // The same text again costs no look into the gaps, whichever patterns stand beside its own.
    const { kept } = place
    const found =
      kept.find((one) => one.pattern.text === text && one.modes === modes) ??
      kept.find((one) => one.modes === modes && matches(one.pattern, text))
    if (found === undefined) return undefined
    found.used = true
    return found.value
  }

  /** True where a pattern of this text, for which none was found, is to be made and put in. */
  wants(text: string): boolean {
    if (text.length > this.#longest) return false
    const index = placeOf(text)
    const place = (this.#places[index] ??= { kept: [], asked: 0, oldest: 0 })
    if (place.asked++ % askedForOne !== 0) return false
    if (place.kept.length < keptOfPlace) return true
    const oldest = place.kept[place.oldest]
    if (oldest?.used !== true) return true
    oldest.used = false
    place.oldest = (place.oldest + 1) % keptOfPlace
    return false
  }

  /** Keeps a value for all texts of a pattern; `bytes` is what the value takes. */
  put(pattern: Pattern, modes: string, value: V, bytes: number): void {
    const all = bytes + bytesOf(pattern)
    if (this.#bytes + all > this.#limit) {
      this.#places = []
      this.#bytes = 0
    }
    const index = placeOf(pattern.text)
    const place = (this.#places[index] ??= { kept: [], asked: 0, oldest: 0 })
    const full = place.kept.length === keptOfPlace
    const at = full ? place.oldest : place.kept.length
    this.#bytes += all - (place.kept[at]?.bytes ?? 0)
    place.kept[at] = { modes, pattern, value, bytes: all, used: false }
    if (full) place.oldest = (at + 1) % keptOfPlace
  }
}

const bytesOf = ({ text, kinds }: Pattern): number => patternBytes + gapBytes * kinds.length + 2 * text.length

const placeOf = (text: string): number => {
  const key = patternKey(text)
  return (key ^ (key >>> 15)) & (placeCount - 1)
}
