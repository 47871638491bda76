import { Buffer } from 'node:buffer'
import { BACKSLASH } from './characters.ts'
import { isFoundEscaped } from './escapes.ts'
import { blotted, type Met, SCAN_LIMIT_BYTES, STAR, scan } from './scan.ts'
import { scanJson } from './scan-json.ts'

const documents = new Set(Buffer.from('{["'))
const met: Met = { escapes: false }

/**
 * A text without what looks personal or secret: undefined where there is nothing, null where it cannot be blotted out, so
 * that nothing of the text may be shown: it is too long to be searched, or what was found shows only in what its escapes
 * mean. Else a copy with `mask`, an ASCII character, for each character found. `bytes` is UTF-8 or another encoding in
 * which bytes below 0x80 mean ASCII.
 */
export const scanText = (bytes: Uint8Array, mask: number = STAR): Buffer | null | undefined => {
  if (bytes.length > SCAN_LIMIT_BYTES) return null
  met.escapes = false
  const hits = scan(bytes, met)
  if (!met.escapes && (hits === undefined || !bytes.includes(BACKSLASH)))
    return hits && blotted(bytes, hits, mask)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  // A document stays one.
  const shown = mask === STAR && documents.has(text[0] ?? 0) ? scanJson(text) : null
  if (shown !== null) return shown
  const starred = hits && blotted(text, hits, mask)
  return isFoundEscaped(starred ?? text) ? null : starred
}
