import type { Explained, Explanation } from './explanation.ts'

/** An explanation for a person: one thing a line, with the step that found it. */
export const explanationText = ({ explanation: it, tree }: Explained): string =>
  [
    line('canonical', it.canonical),
    line('fingerprint', it.fingerprint),
    line('understood', it.understood ? 'yes' : `no: ${it.opaque}`),
    line(
      'verb',
      `${it.verbs.join(', ')}   effects: ${it.effects.join(', ') || 'none'}   bounded: ${it.bounded ? 'yes' : 'no'}`,
    ),
    ...it.tables.map(({ name, access, known }) =>
      line('table', `${name} (${access.join(', ')})${known ? '' : ', not in the catalog'}`),
    ),
    ...it.columns.map(({ name, roles, labels }) =>
      line('column', `${name} as ${roles.join(', ')}${labels.length > 0 ? `   [${labels.join(', ')}]` : ''}`),
    ),
    ...it.functions.map(({ schema, name, effect, blessed }) =>
      line(
        'function',
        `${schema === '' ? '' : `${schema}.`}${name}: ${effect}${blessed === true ? ', blessed' : ''}`,
      ),
    ),
    ...lineageLines(it),
    ...it.flows.map(({ from, to, unknown }) =>
      line('flow', `${[...from, ...(unknown ? ['?'] : [])].join(', ')} → ${to ?? '?'}`),
    ),
    ...decisionLines(it),
    line('steps', it.steps.join(' → ')),
    line('tree', JSON.stringify(tree)),
  ].join('\n')

const line = (label: string, value: string): string => `${label.padEnd(12)}${value}`

const lineageLines = ({ lineage }: Explanation): readonly string[] => {
  if (typeof lineage === 'string')
    return [line('output', lineage === 'none' ? 'no rows' : 'could not be listed')]
  return lineage.map(({ name, from, direct, unknown, functions }) => {
    const origin = unknown ? [...from, 'something that cannot be followed'] : from
    const how = direct ? ', as it is' : functions.length > 0 ? ` through ${functions.join(', ')}` : ''
    return line('output', `${name} ← ${origin.join(', ') || 'no column'}${how}`)
  })
}

/** The transform is for the column as it is: the first characters of what is computed would be others. */
const isComputed = (lineage: Explanation['lineage'], column: string): boolean =>
  typeof lineage !== 'string' &&
  lineage.some(({ from, functions }) => functions.length > 0 && from.includes(column))

const decisionLines = ({ decision, lineage }: Explanation): readonly string[] => {
  if (decision === undefined) return []
  return [
    line(
      'decision',
      `${decision.decision} by ${decision.rules.join(', ') || 'default'}${decision.rows === undefined ? '' : `, at most ${decision.rows} rows`}`,
    ),
    ...(decision.message === undefined
      ? []
      : [line('message', decision.message), line('hint', decision.hint ?? '')]),
    ...decision.masked.map(({ column, transform, rule }) =>
      line(
        'mask',
        `${column}: ${transform} (rule ${rule})${isComputed(lineage, column) ? ', and what is computed of it redacted' : ''}`,
      ),
    ),
  ]
}
