import type { Catalog, Telling } from '@sluice/core/catalog/catalog'
import { type Rule, tellings } from '@sluice/core/catalog/telling'
import { fits } from './fits.ts'
import type { ColumnFound, Snapshot, TestFound } from './rows.ts'

/**
 * What is told of values that come into columns: by checks, partitions, indexes of expressions, generated columns, counters, keys of
 * other tables, and views.
 */
export const tellsOf = (catalog: Catalog, found: Snapshot): Required<Catalog>['tells'] =>
  tellings(
    catalog,
    () => [
      ...found.tests.map((test) => ruleOf(catalog, test)),
      ...found.columns.filter(mayFail).map((column) => ruleOn(catalog, column, 'more')),
      ...found.columns.filter(counts).map((column) => ruleOn(catalog, column, 'more')),
      ...found.references.map((column) => ruleOn(catalog, column, 'equality')),
    ],
    fits,
  )

/** A generated column may fail where it may not be NULL, or not be twice the same. */
const mayFail = ({ expression, kept }: ColumnFound): boolean => Boolean(expression) && kept !== 0

/** The number that comes next, and the id that the server says it has given, tell of the value (AUTO_INCREMENT). */
const counts = ({ extra }: ColumnFound): boolean => /\bauto_increment\b/i.test(extra)

const ruleOn = (
  catalog: Catalog,
  { schema, relation, name }: Pick<ColumnFound, 'schema' | 'relation' | 'name'>,
  telling: Telling,
): Rule => {
  const columns = catalog.relation(schema, relation)?.columns ?? []
  return { columns: columns.filter((column) => column.name === name), telling }
}

/** Every column whose name stands in the text, in a text of its own too: nothing that is named may be missed. */
const ruleOf = (catalog: Catalog, { schema, relation, text, list }: TestFound): Rule => {
  const words = new Set(text.toLowerCase().match(/`(?:[^`]|``)+`|[\p{L}\p{N}_$]+/gu))
  const columns = catalog.relation(schema, relation)?.columns ?? []
  const named = columns.filter(
    ({ name }) => words.has(name) || words.has(`\`${name.replaceAll('`', '``')}\``),
  )
  return { columns: named, telling: list ? tellingOf(text) : 'more' }
}

/** What compares for equality, with letters as they are, small or large, tells no more. */
const PLAIN =
  /^(?:`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\\'(?:[^'\\])*\\'|_[a-z0-9]+(?=\\?')|\d+|and|or|not|in|is|null|lower|upper|lcase|ucase|<>|=|[(),\s])*$/iu

const tellingOf = (text: string): Telling => (PLAIN.test(text) ? 'equality' : 'more')
