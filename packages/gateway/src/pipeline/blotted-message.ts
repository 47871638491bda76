import { REDACTED } from '@sluice/core/mask/transforms/redact'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { scanText } from '@sluice/core/scan/scan-text'
import type { TextEncoding } from '@sluice/wire/text'

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
  const shown = scanText(Buffer.from(message, encoding))
  return shown === null ? REDACTED : shown?.toString(encoding)
}
