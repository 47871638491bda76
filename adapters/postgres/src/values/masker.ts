import type { Catalog } from '@sluice/core/catalog/catalog'
import { shapesByName, type TypeShape, type TypeShapes } from '@sluice/core/catalog/type-shape'
import { revealsNothing } from '@sluice/core/mask/narrower'
import type { CellMasker, CellMaskerFor, ResultColumn } from '@sluice/core/mask/plan'
import { makesNull } from '@sluice/core/mask/within'
import type { TextEncoding } from '@sluice/wire/text'
import { arrayMasker } from './containers/array.ts'
import { compositeMasker } from './containers/composite.ts'
import { type Compiled, type ContainerRequest, NULLS } from './containers/container.ts'
import { multirangeMasker, rangeMasker } from './containers/range.ts'
import { type FloatTexts, isOfSession, type MaskRequest } from './families/family.ts'
import { familyOf } from './families/index.ts'
import { textFamily } from './families/text.ts'
import { scannerFor } from './scanner.ts'
import { isOfExtension, NESTING_MOST, shapeOf } from './structures.ts'
import { zeroCell } from './zero-cell.ts'

/**
 * Masks cells of PostgreSQL's types in both formats. Every cell it makes is a value of the column's own type; a type
 * that has no room for the transform, and one that is not known, becomes NULL, or where the type is a domain that takes
 * no NULL, a value that tells nothing; so does a float whose text may be rounded. Throws for an empty key.
 */
export const maskerFor = (
  key: Uint8Array,
  floats: FloatTexts = 'exact',
  encoding: TextEncoding = 'utf8',
): CellMaskerFor => {
  if (key.length === 0) throw new Error('the masking key is empty: set a masking key of at least 32 bytes')
  return (transform, column, catalog) => {
    if (transform.kind === 'scan') return scannerFor(column, catalog?.types)
    const { format, modifier } = column
    const type = declaredType(column, catalog)
    return compileAll({ transform, type, modifier, format, floats, encoding, key }, catalog?.types).mask
  }
}

/** The maskers of a session, by what its texts of floats are and how its texts are read. */
export type Maskers = Readonly<Record<FloatTexts, Readonly<Record<TextEncoding, CellMaskerFor>>>>

/** Throws for an empty key. */
export const maskersFor = (key: Uint8Array): Maskers => ({
  exact: { utf8: maskerFor(key, 'exact', 'utf8'), latin1: maskerFor(key, 'exact', 'latin1') },
  rounded: { utf8: maskerFor(key, 'rounded', 'utf8'), latin1: maskerFor(key, 'rounded', 'latin1') },
})

/**
 * The type of the column: the server describes a domain by its base type, and only the catalog knows better. It counts
 * where it is a domain over that very type.
 */
const declaredType = ({ origin, type }: ResultColumn, catalog: Catalog | undefined): number => {
  if (origin === undefined || catalog?.types === undefined) return type
  const column = catalog
    .relationById(origin.relation)
    ?.columns.find(({ ordinal }) => ordinal === origin.ordinal)
  const shape = column === undefined ? undefined : shapesByName(catalog.types).get(column.type)
  return shape?.kind === 'domain' && baseOf(shape, catalog.types) === type ? shape.id : type
}

const baseOf = (shape: TypeShape, types: TypeShapes): number => {
  let type = shape
  for (let depth = 0; depth < NESTING_MOST && type.kind === 'domain'; depth++) {
    const base = types.get(type.base)
    if (base === undefined) return type.base
    type = base
  }
  return type.id
}

/** Compiles every type that the request's type is made of once; a type within itself, which cannot be, becomes NULL. */
const compileAll = (request: MaskRequest, types: TypeShapes | undefined): Compiled => {
  const done = new Map<string, Compiled>()
  const part = (type: number, modifier: number | undefined, depth: number): Compiled => {
    const key = `${type} ${modifier}`
    const known = done.get(key)
    if (known !== undefined) return known
    done.set(key, NULLS)
    const made =
      depth > NESTING_MOST
        ? NULLS
        : compile({ ...request, type, modifier }, types, (inner, its) => part(inner, its, depth + 1))
    done.set(key, made)
    return made
  }
  return part(request.type, request.modifier, 0)
}

const compile = (
  request: MaskRequest,
  types: TypeShapes | undefined,
  part: ContainerRequest['part'],
): Compiled => {
  const { transform } = request
  const shape = shapeOf(request.type, types)
  // A domain may take no NULL, so it is asked even where everything becomes one.
  if (shape?.kind === 'domain') return domainMasker(request, shape, types, part)
  if (transform.kind === 'null') return NULLS
  if (shape === undefined) return compiled(familyOf(request.type)(request))
  const container: ContainerRequest = { ...request, constant: revealsNothing(transform), part }
  switch (shape.kind) {
    case 'base':
      // citext's input takes any text, and both of its formats are that text.
      return isOfExtension(shape, 'citext') ? compiled(textFamily(request)) : NULLS
    case 'array':
      return arrayMasker(container, shape.element, shape.delimiter, request.modifier)
    case 'enum':
      return enumMasker(request, shape)
    case 'composite':
      return compositeMasker(container, shape)
    case 'range':
      return rangeMasker(container, shape.subtype)
    case 'multirange': {
      const range = shapeOf(shape.range, types)
      return range?.kind === 'range' ? multirangeMasker(container, range.subtype) : NULLS
    }
  }
}

const compiled = (mask: CellMasker): Compiled => ({ mask, nulls: mask === makesNull })

const domainMasker = (
  request: MaskRequest,
  domain: Extract<TypeShape, { kind: 'domain' }>,
  types: TypeShapes | undefined,
  part: ContainerRequest['part'],
): Compiled => {
  // The server tells it with the column; of a part only the catalog knows.
  const modifier = domain.modifier ?? request.modifier
  const base = part(domain.base, modifier)
  const zero = domain.notNull ? zeroCell({ ...request, type: domain.base, modifier }, types) : undefined
  if (zero === undefined) return base
  return { nulls: false, mask: (cell) => base.mask(cell) ?? zero }
}

/** A constant that is one of the labels stays; another label in place of the value would be a lie. */
const enumMasker = (
  { transform, encoding }: MaskRequest,
  { labels }: Extract<TypeShape, { kind: 'enum' }>,
): Compiled => {
  if (transform.kind !== 'constant' || !labels.includes(transform.value)) return NULLS
  const label = Buffer.from(transform.value, 'utf8')
  return isOfSession(label, encoding) ? { nulls: false, mask: () => label } : NULLS
}
