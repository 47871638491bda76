import type { Catalog, Telling } from '@sluice/core/catalog/catalog'
import { type Rule, tellings } from '@sluice/core/catalog/telling'
import { fits } from './fits.ts'
import type { Snapshot, TestFound } from './rows.ts'

/** What is told of values that come into columns: by checks, partitions, indexes of expressions, keys of other tables, and views. */
export const tellsOf = (catalog: Catalog, { tests, references }: Snapshot): Required<Catalog>['tells'] =>
  tellings(
    catalog,
    () => [
      ...tests.map((test) => ruleOf(catalog, test)),
      ...references.map(({ schema, relation, name }): Rule => {
        const columns = catalog.relation(schema, relation)?.columns ?? []
        return { columns: columns.filter((column) => column.name === name), telling: 'equality' }
      }),
    ],
    fits,
  )

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
