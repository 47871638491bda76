import type { Labelled } from '../scan.ts'

/** The columns that have labels, a line each. */
export const columnLines = (columns: readonly Labelled[]): readonly string[] => {
  const labelled = columns.filter(({ labels }) => labels.length > 0)
  const width = Math.max(0, ...labelled.map(({ column }) => column.length))
  return labelled.map(({ column, labels }) => {
    const said = labels.map(
      ({ name, origin, confidence, computed }) =>
        `${name} (${origin} ${confidence}${computed === true ? ', computed' : ''})`,
    )
    return `${column.padEnd(width)}  ${said.join(', ')}`
  })
}

/** All columns, with and without labels. */
export const columnsJson = (columns: readonly Labelled[]): string => JSON.stringify(columns, undefined, 2)
