import type { Name } from '@sluice/core/statement/node'
import type { TypeName } from 'libpg-query'
import { only, required, texts } from './context.ts'

/** A type's name as the grammar gives it (`int` is `pg_catalog.int4`), and whether it is an array of it. */
export const typeName = (type: TypeName | undefined): { readonly name: Name; readonly array: boolean } => {
  const { names, arrayBounds } = only(
    'TypeName',
    required(type, 'TypeName'),
    'names',
    'setof',
    'pct_type',
    'typmods',
    'typemod',
    'arrayBounds',
  )
  return { name: texts(names), array: (arrayBounds ?? []).length > 0 }
}
