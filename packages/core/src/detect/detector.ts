import type { TypeFamily } from './type-family.ts'

/** What a detector may look at: the declaration of a column, never a value. */
export type ColumnDeclaration = {
  readonly schema: string
  readonly table: string
  readonly name: string
  /** The database's name of the type. */
  readonly type: string
  readonly comment?: string | undefined
}

/** One kind of sensitive column. */
export type Detector = {
  readonly id: string
  /** The label it gives, e.g. `pii.email`. */
  readonly label: string
  /** How sure it is, 0 to 1; `undefined`: it is none. */
  detect(column: ColumnDeclaration): number | undefined
}

/** A column as detectors look at it, prepared once for all of them. */
export type ColumnWords = {
  readonly family: TypeFamily
  /** Words of the column's name. */
  readonly name: readonly string[]
  /** Words of the type's name, where it is no built-in type. */
  readonly type: readonly string[]
  /** Words of a comment that is as short as a name. */
  readonly comment: readonly string[]
  /** Words of the table's name. */
  readonly table: readonly string[]
}
