// PostgreSQL: `hstore_send` in `contrib/hstore/hstore_io.c`
import { field, i32, slice, words } from './bytes.ts'
import { type Compiled, guarded, Malformed, type PartRequest } from './container.ts'

/** Keys and values of a binary hstore, all of them texts. */
export const hstoreMasker = (request: PartRequest): Compiled => {
  const { mask } = request.part(0)
  return guarded((cell) => {
    const pairs = i32(cell, 0)
    const parts: Buffer[] = [words(pairs)]
    let at = 4
    for (let read = 0; read < pairs * 2; read++) {
      const length = i32(cell, at)
      at += 4
      parts.push(...field(length === -1 ? null : mask(slice(cell, at, length))))
      at += Math.max(length, 0)
    }
    if (at !== cell.length) throw new Malformed()
    return Buffer.concat(parts)
  })
}
