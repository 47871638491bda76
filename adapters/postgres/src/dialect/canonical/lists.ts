import { ListRole } from '../words.ts'
import { After } from './after.ts'
import type { Writer } from './writer.ts'

type Frame = {
  readonly values: boolean
  /** IN: the depth inside its parentheses. VALUES: the depth around its rows. */
  readonly depth: number
  /** The text before the list's first element. */
  readonly outer: string
  readonly firstSlot: number
  /** Elements kept, joined. */
  joined: string
  readonly seen: Set<string>
  /** Where the element being written began. */
  slots: number
  tokens: number
  /** False once the list turns out to hold a query. */
  fold: boolean
  /** VALUES: a row is complete. `row` waits for a comma, `comma` for the next row's parenthesis. */
  waits: 'no' | 'row' | 'comma'
}

/**
 * Writes each distinct element of an `IN (…)` list and each distinct row of VALUES once, so that bulk inserts and
 * long lists fit the limits and have one fingerprint. Elements are dropped only where their canonical text equals an
 * earlier one's: columns, functions, parameters and the number of columns of a row stay what they were; only how
 * many elements there are is lost.
 */
export class ListFolder {
  readonly #writer: Writer
  readonly #frames: Frame[] = []
  /** The role of the word before, as long as nothing stands between. */
  #last: ListRole = ListRole.none
  /** True where `settle` has something to do: a list word was just written, or a row of VALUES is complete. */
  pending = false

  constructor(writer: Writer) {
    this.#writer = writer
  }

  word(role: ListRole): void {
    this.#last = role
    this.pending = true
    const frame = this.#frames.at(-1)
    // Commas inside a query are not the list's, and `in ((select 1))` would be another thing than a list of two.
    if (frame !== undefined && role !== ListRole.in) frame.fold = false
  }

  /** A VALUES list is over when something other than `, (` follows a row. */
  settle(): void {
    this.#last = ListRole.none
    this.pending = false
    const frame = this.#frames.at(-1)
    if (frame === undefined || frame.waits === 'no') return
    const comma = frame.waits === 'comma'
    this.#pop(frame)
    this.#writer.after = After.operand
    if (comma) this.#writer.put(',', After.comma, true)
  }

  /** True where the comma belongs to a list and has been dealt with. */
  comma(): boolean {
    this.#last = ListRole.none
    const frame = this.#frames.at(-1)
    if (frame === undefined) return false
    if (frame.values) {
      if (frame.waits === 'row') {
        frame.waits = 'comma'
        return true
      }
      if (frame.waits === 'comma') this.settle()
      return false
    }
    if (frame.depth !== this.#writer.depth) return false
    this.#endElement(frame)
    return true
  }

  beforeOpen(bracket: string): void {
    const frame = this.#frames.at(-1)
    if (frame !== undefined && frame.waits !== 'no') {
      if (frame.waits === 'comma' && bracket === '(') {
        frame.waits = 'no'
        this.#last = ListRole.none
        return
      }
      this.settle()
    }
    if (this.#last === ListRole.values && bracket === '(') {
      this.#writer.out += ' '
      this.#push(true, this.#writer.depth - 1)
    }
  }

  afterOpen(bracket: string): void {
    if (this.#last === ListRole.in && bracket === '(') this.#push(false, this.#writer.depth)
    this.#last = ListRole.none
  }

  beforeClose(): void {
    this.settle()
    const frame = this.#frames.at(-1)
    if (frame !== undefined && !frame.values && this.#writer.depth === frame.depth - 1) {
      this.#endElement(frame)
      this.#pop(frame)
    }
  }

  afterClose(): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined || !frame.values || this.#writer.depth !== frame.depth) return
    this.#endElement(frame)
    frame.waits = 'row'
    this.pending = true
  }

  #push(values: boolean, depth: number): void {
    const writer = this.#writer
    const slots = writer.slots.length
    this.#frames.push({
      values,
      depth,
      outer: writer.out,
      firstSlot: slots,
      joined: '',
      seen: new Set(),
      slots,
      tokens: writer.tokens,
      fold: true,
      waits: 'no',
    })
    writer.out = ''
    writer.after = After.opening
  }

  #endElement(frame: Frame): void {
    const writer = this.#writer
    const element = writer.out
    if (frame.fold && frame.seen.has(element)) {
      writer.slots.length = frame.slots
      writer.tokens = frame.tokens
    } else {
      if (frame.seen.size > 0) frame.joined += ', '
      this.#shift(frame.slots, frame.joined.length)
      frame.joined += element
      frame.seen.add(element)
      frame.slots = writer.slots.length
      frame.tokens = ++writer.tokens
    }
    writer.out = ''
    writer.after = After.opening
  }

  #pop(frame: Frame): void {
    this.#frames.pop()
    this.#shift(frame.firstSlot, frame.outer.length)
    this.#writer.out = frame.outer + frame.joined
  }

  #shift(from: number, by: number): void {
    const { slots } = this.#writer
    for (let index = from; index < slots.length; index++) slots[index]!.at += by
  }
}
