import type { JournalEntry } from '@sluice/core/record/record'
import {
  closedEntry,
  closingOf,
  openedEntry,
  openingOf,
  type StatementClosing,
  type StatementOpening,
} from '@sluice/core/record/statement'
import type { PackedWriter } from './packed.ts'

/** The kinds of what stands in a block's body. A kind is one byte; `decoder.ts` reads what is written here. */
export const kinds = {
  /** A number and a JSON text: from here to the chapter's end, or until given anew, the number stands for the value. */
  constant: 0,
  /** An entry as JSON. */
  entry: 1,
  /** A statement's opening by the numbers of its constants. */
  opened: 2,
  /** A statement's closing by the numbers of its constants. */
  closed: 3,
} as const

/** How a bind value's hash stands in an opening. */
export const hashKinds = { null: 0, binary: 1, text: 2 } as const

/** Bytes of a keyed hash in its short form: 128 bits. */
export const VALUE_HASH_BYTES = 16

/**
 * Writes entries into a block's body. What records have in common is written once per chapter and referred to by
 * number: an execution of a known statement takes some 60 bytes, opening and closing together.
 */
export class EntryEncoder {
  readonly #byIdentity = new Map<object, number>()
  readonly #byText = new Map<string, number>()

  /** Forgets every constant: what comes now stands in a new chapter, or behind something that was taken back. */
  reset(): void {
    this.#byIdentity.clear()
    this.#byText.clear()
  }

  /** Any entry. `baseUs` is the time in the block's header. Throws what `JSON.stringify` throws. */
  entry(to: PackedWriter, entry: JournalEntry, baseUs: number): void {
    if (entry.type === 'statement.opened') this.opened(to, openingOf(entry), baseUs)
    else if (entry.type === 'statement.closed') this.closed(to, closingOf(entry), baseUs)
    else json(to, entry)
  }

  /** A statement's opening. */
  opened(to: PackedWriter, opening: StatementOpening, baseUs: number): void {
    const { who, shape, types, hashes, statement, traceparent } = opening
    const delta = deltaOf(opening.at, baseUs)
    if (delta < 0 || !isCount(statement)) {
      json(to, openedEntry(opening))
      return
    }
    const whose = this.#numberOf(to, who)
    const shaped = this.#numberOf(to, shape)
    const typed = types.length === 0 ? 0 : this.#numberOf(to, types) + 1
    to.byte(kinds.opened)
    to.count(whose)
    to.count(shaped)
    to.count(statement)
    to.count(delta)
    to.text(traceparent ?? '')
    to.count(typed)
    for (let i = 0; i < types.length; i += 1) valueHash(to, hashes[i] ?? null)
  }

  /** A statement's closing. */
  closed(to: PackedWriter, closing: StatementClosing, baseUs: number): void {
    const { who, result, statement, rows, bytes } = closing
    const delta = deltaOf(closing.at, baseUs)
    const durationUs = microseconds(closing.durationMs)
    if (delta < 0 || durationUs < 0 || !isCount(statement) || !isCount(rows) || !isCount(bytes)) {
      json(to, closedEntry(closing))
      return
    }
    const whose = this.#numberOf(to, who)
    const ended = this.#numberOf(to, result)
    to.byte(kinds.closed)
    to.count(whose)
    to.count(ended)
    to.count(statement)
    to.count(delta)
    to.count(rows)
    to.count(bytes)
    to.count(durationUs)
  }

  /** The number of a constant, which is written where the chapter does not have it yet. */
  #numberOf(to: PackedWriter, constant: object): number {
    const known = this.#byIdentity.get(constant)
    if (known !== undefined) return known
    const text = JSON.stringify(constant)
    let number = this.#byText.get(text)
    if (number === undefined) {
      number = this.#byText.size
      this.#byText.set(text, number)
      to.byte(kinds.constant)
      to.count(number)
      to.text(text)
    }
    // A value that is made anew each time must not fill memory until the chapter ends.
    if (this.#byIdentity.size >= MAX_KNOWN_OBJECTS) this.#byIdentity.clear()
    this.#byIdentity.set(constant, number)
    return number
  }
}

/** Objects known by identity, above which all are looked up by their content once more. */
const MAX_KNOWN_OBJECTS = 16_384

function json(to: PackedWriter, entry: JournalEntry): void {
  to.byte(kinds.entry)
  to.text(JSON.stringify(entry))
}

function valueHash(to: PackedWriter, hash: string | null): void {
  if (hash === null) {
    to.byte(hashKinds.null)
    return
  }
  const start = to.at
  to.byte(hashKinds.binary)
  if (to.hex(hash, VALUE_HASH_BYTES)) return
  to.at = start
  to.byte(hashKinds.text)
  to.text(hash)
}

/** Times differ by little: the difference doubled, plus one where it is negative. -1 where it is no such number. */
function deltaOf(atMs: number, baseUs: number): number {
  const us = microseconds(atMs)
  if (us < 0) return -1
  const delta = us - baseUs
  return delta < 0 ? -2 * delta - 1 : 2 * delta
}

/** Milliseconds as whole microseconds; -1 where that is not what they are. */
export function microseconds(ms: number): number {
  const us = Math.round(ms * 1000)
  return isCount(us) && us <= MAX_TIME_US && us / 1000 === ms ? us : -1
}

/** Doubled it is still a whole number that can be told apart from its neighbours. */
const MAX_TIME_US = 2 ** 51

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
