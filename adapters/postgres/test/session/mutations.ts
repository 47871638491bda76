import type { Chance } from '@sluice/testkit/chance'
import { HEADER_BYTES } from '../../src/framing/frame-piece.ts'

/** Lengths and numbers at which readers go wrong. */
const EDGES = [0, 1, 3, 4, 5, 7, 0x7f, 0x80, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** What one side says in the place of a message; `cut`: it goes behind that. */
type Mutation = { readonly bytes: Buffer; readonly what: string; readonly cut?: true }

type Mutate = (chance: Chance, message: Buffer, others: readonly Buffer[]) => Mutation

/** A place in the body of a message, with so many bytes behind it. */
const within = (chance: Chance, message: Buffer, bytes: number): number =>
  HEADER_BYTES + chance.below(Math.max(1, message.length - HEADER_BYTES - bytes + 1))

/** The message with another body, whose length its header tells. */
function withBody(message: Buffer, ...body: readonly Buffer[]): Buffer {
  const changed = Buffer.concat([message.subarray(0, HEADER_BYTES), ...body])
  changed.writeInt32BE(changed.length - 1, 1)
  return changed
}

const flipped: Mutate = (chance, message) => {
  const at = within(chance, message, 1)
  const bytes = Buffer.from(message)
  if (at < bytes.length) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << chance.below(8)), at)
  return { bytes, what: `a bit of byte ${at} flipped` }
}

const renumbered: Mutate = (chance, message) => {
  const size = chance.pick([1, 2, 4])
  const at = within(chance, message, size)
  const bytes = Buffer.from(message)
  const number = chance.pick(EDGES)
  if (at + size <= bytes.length) bytes.writeUIntBE(number % 2 ** (8 * size), at, size)
  return { bytes, what: `${number} at ${at} in ${size} bytes` }
}

const mistyped: Mutate = (chance, message, others) => {
  const bytes = Buffer.from(message)
  bytes[0] = chance.pick(others)[0] ?? 0
  return { bytes, what: `as type ${bytes.toString('latin1', 0, 1)}` }
}

const misframed: Mutate = (chance, message) => {
  const bytes = Buffer.from(message)
  const length = chance.pick([...EDGES, message.length - 2, message.length, message.length + 9])
  bytes.writeInt32BE(length | 0, 1)
  return { bytes, what: `with ${length} for its length` }
}

const grown: Mutate = (chance, message) => {
  const at = within(chance, message, 0)
  const more = Buffer.alloc(chance.pick([1, 4, 300, 70_000]), chance.pick([0, 0x41, 0xff]))
  const bytes = withBody(message, message.subarray(HEADER_BYTES, at), more, message.subarray(at))
  return { bytes, what: `with ${more.length} bytes more at ${at}` }
}

const shrunk: Mutate = (chance, message) => {
  const at = within(chance, message, 0)
  const end = at + 1 + chance.below(8)
  const bytes = withBody(message, message.subarray(HEADER_BYTES, at), message.subarray(end))
  return { bytes, what: `without the bytes from ${at} to ${end}` }
}

const lost: Mutate = () => ({ bytes: Buffer.alloc(0), what: 'lost' })
const twice: Mutate = (_, message) => ({ bytes: Buffer.concat([message, message]), what: 'twice' })

const cut: Mutate = (chance, message) => {
  const end = chance.below(message.length)
  return { bytes: message.subarray(0, end), what: `cut at ${end}`, cut: true }
}

const beside: Mutate = (chance, message, others) => {
  const other = chance.pick(others)
  const what = JSON.stringify(other.toString('latin1'))
  return chance.pick([
    { bytes: other, what: `as ${what}` },
    { bytes: Buffer.concat([other, message]), what: `behind ${what}` },
    { bytes: Buffer.concat([message, other]), what: `before ${what}` },
  ])
}

const MUTATIONS: readonly Mutate[] = [
  flipped,
  flipped,
  renumbered,
  renumbered,
  mistyped,
  misframed,
  grown,
  shrunk,
  lost,
  twice,
  cut,
  beside,
  beside,
  beside,
]

/** What is said in the place of a message. `others`: messages of other conversations. */
export const mutated: Mutate = (chance, message, others) => chance.pick(MUTATIONS)(chance, message, others)

/** Whole messages, as they stand one behind the other. */
export function messagesIn(bytes: Buffer): readonly Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    messages.push(bytes.subarray(at, end))
    at = end
  }
  return messages
}
