import type { Column } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'

/** `schema.table.column`; a part that holds a dot or a quote stands in quotes. */
export const columnName = ({ relation, name }: Pick<Column, 'relation' | 'name'>): string =>
  quotedName([relation.schema, relation.name, name])

/** Names with dots between them. */
export const quotedName = (parts: readonly string[]): string => parts.map(quoted).join('.')

const quoted = (part: string): string => (/[."\s]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)

/** The parts of what `columnName` makes. */
export const nameParts = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain ?? '',
  )

/** The names of labels, sorted, with commas. */
export const labelNames = (labels: readonly Label[]): string =>
  [...new Set(labels.map(({ name }) => name))].sort().join(', ')
