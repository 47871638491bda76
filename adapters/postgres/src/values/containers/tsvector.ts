// PostgreSQL: `tsvectorsend` in `src/backend/utils/adt/tsvector.c`
import { i32, slice } from './bytes.ts'
import { type Compiled, guarded, Malformed, type PartRequest } from './container.ts'

/** The number of a lexeme's positions, and each of them. */
const WORD_BYTES = 2

/** The lexemes of a binary tsvector, each of them a text; where they stand in the document stays. */
export const tsvectorMasker = (request: PartRequest): Compiled => {
  const { mask } = request.part(0)
  return guarded((cell) => {
    const lexemes = i32(cell, 0)
    const parts: Buffer[] = [cell.subarray(0, 4)]
    let at = 4
    for (let read = 0; read < lexemes; read++) {
      const end = cell.indexOf(0, at)
      if (end < 0) throw new Malformed()
      const shown = mask(cell.subarray(at, end))
      if (shown === null) throw new Malformed()
      const positions = slice(cell, end + 1, WORD_BYTES).readUInt16BE(0)
      const behind = slice(cell, end, 1 + WORD_BYTES + positions * WORD_BYTES)
      parts.push(Buffer.from(shown), behind)
      at = end + behind.length
    }
    if (at !== cell.length) throw new Malformed()
    return Buffer.concat(parts)
  })
}
