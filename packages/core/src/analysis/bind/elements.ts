import { shapesByName, type TypeShape } from '../../catalog/type-shape.ts'
import { blanked, type Feed } from '../feed.ts'
import { risked, used } from '../uses.ts'
import type { Binder } from './binder.ts'

/** What is put together: arrays of different sizes fail. */
export const elements = (b: Binder, given: readonly Feed[]): readonly Feed[] =>
  given.map((feed) => (feed.sources.some(({ type }) => holdsArrays(b, type)) ? risked(feed) : feed))

/** What is made elements of an array. What could not be followed may be arrays itself. */
export const madeArray = (b: Binder, given: readonly Feed[]): readonly Feed[] =>
  elements(b, given).map((feed) =>
    feed.unknown && feed.shape !== 'scalar' && b.traits.isArrayType ? risked(feed) : feed,
  )

/** What an operator, a function or a cast takes of values: of some types a part, which may not be there. */
export const takenBy = (b: Binder, by: string, given: readonly Feed[]): readonly Feed[] => {
  const { looksAtPart } = b.traits
  if (looksAtPart === undefined) return given
  return given.map((feed) => {
    b.findings.spend(feed.sources.length)
    const isPart = feed.sources.some(({ type }) => looksAtPart(by, type, b.catalog.types))
    return isPart ? blanked(used(feed, 'computed')) : feed
  })
}

/** Whether a value of the type, or a field of it, may be an array. */
const holdsArrays = ({ traits, catalog: { types } }: Binder, type: string): boolean => {
  if (traits.isArrayType === undefined || traits.isArrayType(type)) return traits.isArrayType !== undefined
  if (traits.isBuiltinType(type)) return false
  const holds = (shape: TypeShape): boolean => {
    if (shape.kind === 'composite') return shape.fields.some(isArray)
    return shape.kind === 'domain' ? isArray(shape.base) : shape.kind === 'array'
  }
  const isArray = (id: number): boolean => {
    const shape = types?.get(id)
    return shape ? holds(shape) : traits.isArrayId?.(id) === true
  }
  const shape = types && shapesByName(types).get(type)
  return shape === undefined || holds(shape)
}
