import { isUtf8 } from 'node:buffer'
import { REDACTED_JSON } from '@sluice/core/mask/json-cells'
import { type CellMasker, keepsCell } from '@sluice/core/mask/plan'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { asBuffer } from '@sluice/core/mask/within'
import { isFoundEscaped } from '@sluice/core/scan/escapes'
import { SCAN_LIMIT_BYTES } from '@sluice/core/scan/scan'
import { scanJson } from '@sluice/core/scan/scan-json'
import { scanText } from '@sluice/core/scan/scan-text'
import { charsetOf, inCharset } from './charset.ts'
import type { Described } from './column.ts'
import { bytesFamily } from './families/bytes.ts'
import type { TypeFamily } from './families/family.ts'
import { jsonFamily } from './families/json.ts'
import { textFamily } from './families/text.ts'
import { isText, scanUntold } from './untold-charset.ts'

const REDACTED_TEXT = Buffer.from(REDACTED)

/**
 * Searches the texts in cells of a column for what looks personal or secret; `keepsCell` for types without any. What is
 * found is blotted out. A cell that is too long to be searched is redacted whole.
 */
export const scannerFor = (column: Described, family: TypeFamily): CellMasker => {
  if (family === bytesFamily) return bytes
  const charset = charsetOf(column.charset)
  if (family === jsonFamily) return inCharset(json, charset, REDACTED_JSON, 'ascii')
  return family === textFamily ? inCharset(text, charset, REDACTED_TEXT, 'ascii') : keepsCell
}

const text: CellMasker = (cell) => {
  const shown = scanText(cell)
  return shown === undefined ? cell : (shown ?? REDACTED_TEXT)
}

/** Texts are kept in bytes too, a cast makes bytes of one, and a session may ask for all of them as bytes. */
const bytes: CellMasker = (cell) => {
  if (cell.length > SCAN_LIMIT_BYTES) return isUtf8(cell) || isText(cell) ? REDACTED_TEXT : cell
  const shown = scanUntold(asBuffer(cell)) ?? cell
  if (isUtf8(shown)) return text(shown)
  return isText(shown) && isFoundEscaped(asBuffer(shown)) ? REDACTED_TEXT : shown
}

const json: CellMasker = (cell) => {
  const shown = cell.length > SCAN_LIMIT_BYTES ? null : scanJson(asBuffer(cell))
  return shown === undefined ? cell : (shown ?? REDACTED_JSON)
}
