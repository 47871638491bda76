import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts, Flow, OutputLineage } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'

/** Schemas that fixtures leave out of a column's name: those that tables are in by default. */
const HOME: ReadonlySet<string> = new Set(['public', 'dbo', 'shop'])

/** A column as fixtures write it. */
const columnText = ({ relation, name }: Column): string =>
  `${HOME.has(relation.schema) ? '' : `${relation.schema}.`}${relation.name}.${name}`

const feedText = (feed: { readonly sources: readonly Column[]; readonly unknown: boolean }): string => {
  const parts = [...feed.sources.map(columnText).sort(), ...(feed.unknown ? ['?'] : [])]
  return parts.length === 0 ? '-' : parts.join(', ')
}

const outText = (output: OutputLineage): string =>
  `out ${output.name} <- ${feedText(output)}${output.direct ? ' (direct)' : ''}`

const flowText = (flow: Flow): string =>
  `flow ${feedText(flow)} -> ${flow.target ? columnText(flow.target) : '?'}`

const words = (list: readonly string[]): string => (list.length === 0 ? '-' : list.join(' '))

/** One line per fact. Fixtures name the kinds of lines that they are about; all lines of these kinds must match. */
const factLines = ({ facts, changes }: Analysis): readonly string[] => [
  `verb ${facts.verb}`,
  `verbs ${facts.verbs.join(', ')}`,
  `effects ${words(facts.effects)}`,
  `bounded ${facts.bounded ? 'yes' : 'no'}`,
  ...outputLines(facts),
  ...facts.flows.map(flowText),
  ...facts.tables.map(
    (t) =>
      `table ${t.schema === '' ? '' : `${t.schema}.`}${t.name} ${t.access.join('+')}${t.known ? '' : ' unknown'}`,
  ),
  ...facts.columns.map(({ column, roles }) => `role ${columnText(column)} ${roles.join(' ')}`),
  ...(facts.uses.length === 0
    ? ['use -']
    : facts.uses.map(({ column, use }) => `use ${column ? columnText(column) : '?'} ${use}`)),
  ...facts.functions.map(
    ({ schema, name, effect }) => `function ${schema === '' ? '' : `${schema}.`}${name} ${effect}`,
  ),
  `changes ${words(changes.map((c) => c.kind).sort())}`,
  ...(facts.dynamic ? ['dynamic'] : []),
  ...(facts.opaque === undefined ? [] : [`opaque ${facts.opaque}`]),
]

const outputLines = ({ outputs }: Facts): readonly string[] =>
  typeof outputs === 'string' ? [`out ${outputs}`] : outputs.map(outText)

const kindOf = (line: string): string => line.split(' ', 1)[0] ?? ''

/** Outputs have an order, the other facts have none. */
const ordered = (lines: readonly string[]): readonly string[] => [
  ...lines.filter((line) => kindOf(line) === 'out'),
  ...lines.filter((line) => kindOf(line) !== 'out').sort(),
]

/**
 * What was found beside what a fixture expects, both in one order and of the kinds of facts that the fixture is about.
 * A statement that came out opaque without the fixture's saying so proves nothing: `opaque` is always compared.
 */
export const compared = (
  analysis: Analysis,
  expected: readonly string[],
): { readonly found: readonly string[]; readonly expected: readonly string[] } => {
  const kinds = new Set([...expected.map(kindOf), 'opaque'])
  return {
    found: ordered(factLines(analysis).filter((line) => kinds.has(kindOf(line)))),
    expected: ordered(expected),
  }
}
