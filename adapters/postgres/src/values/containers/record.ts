// PostgreSQL: `record_send` in `src/backend/utils/adt/rowtypes.c`
import { field, i32, slice, u32, words } from './bytes.ts'
import { type Compiled, guarded, Malformed, type PartRequest } from './container.ts'

/** Fields of a binary row of no declared type, each by the type that stands before it. */
export const recordMasker = (request: PartRequest): Compiled =>
  guarded((cell) => {
    const count = i32(cell, 0)
    const parts: Buffer[] = [words(count)]
    let at = 4
    for (let read = 0; read < count; read++) {
      const type = u32(cell, at)
      const length = i32(cell, at + 4)
      at += 8
      parts.push(
        words(type),
        ...field(length === -1 ? null : request.part(type).mask(slice(cell, at, length))),
      )
      at += Math.max(length, 0)
    }
    if (at !== cell.length) throw new Malformed()
    return Buffer.concat(parts)
  })
