import type { ResultColumn } from '@sluice/core/mask/plan'

/** A result column as MySQL and MariaDB describe one, for who makes its masked cells. `type` is a `columnType`. */
export type MysqlColumn = ResultColumn & {
  /** Id of the collation in which its texts are sent. */
  readonly charset: number
  /** The most bytes of a text of it; for a number, the digits it is shown with. */
  readonly length: number
  /** Bits of `columnFlag`. */
  readonly flags: number
  /** Digits behind the point, or of a second's fraction. */
  readonly decimals: number
  /** By how many minutes a TIMESTAMP is before the clock by which a mask counts; absent: that is not known. */
  readonly minutesAhead?: number | undefined
  /** What the definition says of the type beside its number, such as `uuid` or `json`; absent: nothing. */
  readonly extended?: string
}

/** What a masker of cells is compiled from, beside the transform. */
export type Described = Omit<MysqlColumn, 'name' | 'origin' | 'extended'> & {
  /** The declared type in lower case, such as `enum('a','b')` or `point`; empty where none is known. */
  readonly declared: string
}

/** The first word of a declared type. */
export const declaredWord = (declared: string): string => /^[a-z0-9]+/.exec(declared)?.[0] ?? ''
