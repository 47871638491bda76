import { REDACTED } from '@sluice/core/mask/transforms/redact'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { blotted, SCAN_LIMIT_BYTES, scan } from '@sluice/core/scan/scan'

const STAR = 0x2a

/**
 * What the database says of itself, where texts that nobody labelled are searched: it may quote one. Undefined: nothing
 * was found.
 */
export function blottedMessage(message: string, masks: ColumnMasks): string | undefined {
  if (masks.scan === undefined) return undefined
  const bytes = Buffer.from(message, 'utf8')
  if (bytes.length > SCAN_LIMIT_BYTES) return REDACTED
  const hits = scan(bytes)
  return hits && blotted(bytes, hits, STAR).toString('utf8')
}
