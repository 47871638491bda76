import { REDACTED } from '@sluice/core/mask/transforms/redact'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { blotted, SCAN_LIMIT_BYTES, scan } from '@sluice/core/scan/scan'
import type { TextEncoding } from '@sluice/wire/text'

const STAR = 0x2a

/**
 * What the database says of itself, where texts that nobody labelled are searched: it may quote one. `encoding`: as
 * which it was read. Undefined: nothing was found.
 */
export function blottedMessage(
  message: string,
  masks: ColumnMasks,
  encoding: TextEncoding = 'utf8',
): string | undefined {
  if (masks.scan === undefined) return undefined
  const bytes = Buffer.from(message, encoding)
  if (bytes.length > SCAN_LIMIT_BYTES) return REDACTED
  const hits = scan(bytes)
  return hits && blotted(bytes, hits, STAR).toString(encoding)
}
