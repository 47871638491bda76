import type { JournalEntry } from '@sluice/core/record/record'
import {
  closedEntry,
  openedEntry,
  type StatementResult,
  type StatementShape,
  type StatementWho,
} from '@sluice/core/record/statement'
import type { Block } from './block.ts'
import { hashKinds, kinds, VALUE_HASH_BYTES } from './encoder.ts'
import { PackedReader, Unreadable } from './packed.ts'

/** An entry, and the constants it was put together from: the same value for the same constant of a chapter. */
export type DecodedEntry = {
  readonly entry: JournalEntry
  readonly who: StatementWho | undefined
  readonly shape: StatementShape | undefined
  readonly result: StatementResult | undefined
}

/**
 * Reads the bodies of a chapter's blocks, in order from its first. INVARIANT (hostile-both-sides): the file may be
 * anything; what does not read as written throws `Unreadable`.
 */
export class EntryDecoder {
  readonly #constants = new Map<number, unknown>()
  readonly #values: boolean

  /** `values`: false leaves the bind values out of openings. */
  constructor(values = true) {
    this.#values = values
  }

  /** The entries of the next block. A body that is cut or has too many or too few entries throws. */
  entries(block: Pick<Block, 'body' | 'count' | 'atUs'>): DecodedEntry[] {
    const from = new PackedReader(block.body)
    const entries: DecodedEntry[] = []
    while (!from.done) {
      const kind = from.byte()
      if (kind === kinds.constant) this.#constants.set(from.count(), parsed(from.text()))
      else entries.push(this.#entry(kind, from, block.atUs))
    }
    if (entries.length !== block.count) throw new Unreadable('it does not hold as many entries as it says')
    return entries
  }

  #entry(kind: number, from: PackedReader, baseUs: number): DecodedEntry {
    if (kind === kinds.opened) return this.#opened(from, baseUs)
    if (kind === kinds.closed) return this.#closed(from, baseUs)
    if (kind !== kinds.entry) throw new Unreadable(`it holds an entry of the unknown kind ${kind}`)
    const entry = parsed(from.text())
    if (!('type' in entry)) throw new Unreadable('it holds something that is no entry')
    return { entry: entry as JournalEntry, who: undefined, shape: undefined, result: undefined }
  }

  #opened(from: PackedReader, baseUs: number): DecodedEntry {
    const who = this.#constant(from.count()) as StatementWho
    const shape = this.#constant(from.count()) as StatementShape
    const statement = from.count()
    const at = timeOf(from.count(), baseUs)
    const traceparent = from.text()
    const typed = from.count()
    const types: unknown = typed === 0 ? [] : this.#constant(typed - 1)
    if (!Array.isArray(types)) throw new Unreadable('its bind values have no types')
    const values = this.#values ? { types, hashes: types.map(() => valueHash(from)) } : NO_VALUES
    if (!this.#values) for (const _ of types) skipValueHash(from)
    const trace = traceparent === '' ? undefined : traceparent
    return {
      entry: openedEntry({ who, shape, ...values, statement, at, traceparent: trace }),
      who,
      shape,
      result: undefined,
    }
  }

  #closed(from: PackedReader, baseUs: number): DecodedEntry {
    const who = this.#constant(from.count()) as StatementWho
    const result = this.#constant(from.count()) as StatementResult
    const statement = from.count()
    const at = timeOf(from.count(), baseUs)
    const rows = from.count()
    const bytes = from.count()
    const durationMs = from.count() / 1000
    return {
      entry: closedEntry({ who, result, statement, at, rows, bytes, durationMs }),
      who,
      shape: undefined,
      result,
    }
  }

  #constant(number: number): unknown {
    const constant = this.#constants.get(number)
    if (constant === undefined)
      throw new Unreadable(`it refers to constant ${number}, which it does not have`)
    return constant
  }
}

function valueHash(from: PackedReader): string | null {
  const kind = from.byte()
  if (kind === hashKinds.null) return null
  if (kind === hashKinds.binary) return from.hex(VALUE_HASH_BYTES)
  if (kind !== hashKinds.text) throw unknownHash(kind)
  return from.text()
}

function skipValueHash(from: PackedReader): void {
  const kind = from.byte()
  if (kind === hashKinds.binary) from.skip(VALUE_HASH_BYTES)
  else if (kind === hashKinds.text) from.skip(from.count())
  else if (kind !== hashKinds.null) throw unknownHash(kind)
}

function unknownHash(kind: number): Unreadable {
  return new Unreadable(`it holds a hash of the unknown kind ${kind}`)
}

const NO_VALUES = { types: [], hashes: [] }

function timeOf(delta: number, baseUs: number): number {
  return (baseUs + (delta % 2 === 0 ? delta / 2 : -(delta + 1) / 2)) / 1000
}

function parsed(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null) throw new Unreadable('it holds a text that is no JSON')
  return value
}
