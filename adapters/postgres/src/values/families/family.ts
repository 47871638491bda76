import { isAscii } from 'node:buffer'
import type { CellMasker, ResultColumn } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import type { TextEncoding } from '@sluice/wire/text'

/**
 * PostgreSQL documentation, "Client Connection Defaults": with `extra_float_digits` below 1 the database rounds floats that
 * it sends as texts, to one digit if a client likes. Then a text is not the value, and of what it is in truth it tells more
 * than a mask of the value does.
 */
export type FloatTexts = 'exact' | 'rounded'

/** What a masker of cells is compiled from. */
export type MaskRequest = {
  readonly transform: TransformSpec
  /** Type OID. */
  readonly type: number
  /** What the type is declared with: PostgreSQL's type modifier. Undefined: nothing. */
  readonly modifier: number | undefined
  readonly format: ResultColumn['format']
  /** Whether texts of floats may be rounded; see `FloatTexts`. */
  readonly floats: FloatTexts
  /**
   * How the session's texts are read: outside UTF-8 what stands for a character beyond ASCII is not known, and nothing is
   * made that has one.
   */
  readonly encoding: TextEncoding
  /** The deployment's masking key. */
  readonly key: Uint8Array
}

/** Types that are masked alike. Returns the masker for its types; `makesNull` where they have no room for the transform. */
export type TypeFamily = (request: MaskRequest) => CellMasker

/** Whether these bytes, made in UTF-8, are the same characters to the session. */
export const isOfSession = (bytes: Uint8Array, encoding: TextEncoding): boolean =>
  encoding === 'utf8' || isAscii(bytes)
