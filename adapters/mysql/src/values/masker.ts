import type { Catalog } from '@sluice/core/catalog/catalog'
import type { CellMasker, CellMaskerFor } from '@sluice/core/mask/plan'
import { columnFlag } from '../messages/column-types.ts'
import type { Described, MysqlColumn } from './column.ts'
import { familyOf } from './families/index.ts'
import { scannerFor } from './scanner.ts'

/**
 * Masks cells of MySQL's and MariaDB's types in both protocols. Every cell it makes is a value of the column's own
 * type; where the type has no room for the transform it is NULL, or a value that tells nothing where the column takes no
 * NULL. Throws for an empty key.
 */
export const maskerFor = (key: Uint8Array): CellMaskerFor<MysqlColumn> => {
  if (key.length === 0) throw new Error('the masking key is empty: set a masking key of at least 32 bytes')
  return (transform, described, catalog) => {
    const column: Described = { ...described, declared: declaredType(described, catalog) }
    const family = familyOf(column)
    if (transform.kind === 'scan') return scannerFor(column, family)
    const mask = family.mask({ transform, column, key })
    return (column.flags & columnFlag.NOT_NULL) === 0 ? mask : neverNull(mask, family.zero(column))
  }
}

const neverNull = (mask: CellMasker, zero: Buffer): CellMasker => {
  const made = (cell: Uint8Array): Uint8Array => mask(cell) ?? zero
  return mask.within === undefined ? made : Object.assign(made, { within: mask.within })
}

/** As the definition says, or as the catalog has the column that it names. */
const declaredType = ({ origin, extended }: MysqlColumn, catalog: Catalog | undefined): string => {
  if (extended !== undefined) return extended.toLowerCase()
  const relation = origin && catalog?.relationById(origin.relation)
  return relation?.columns.find(({ ordinal }) => ordinal === origin?.ordinal)?.type.toLowerCase() ?? ''
}
