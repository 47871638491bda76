import { readFileSync } from 'node:fs'
import type { ColumnDeclaration } from '../../src/detect/detector.ts'

/** The columns of a fixture file: `table.column type` a line. */
export const columnsOf = (file: string): readonly ColumnDeclaration[] =>
  readFileSync(new URL(`./fixtures/${file}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(columnOf)

/** One column: `employees.birth_date date`. */
export const columnOf = (line: string): ColumnDeclaration => {
  const match = /^([^.]+)\.(\S+) (.+)$/.exec(line)
  if (match === null) throw new Error(`fixture line is not \`table.column type\`: ${line}`)
  return { schema: 'public', table: match[1] ?? '', name: match[2] ?? '', type: match[3] ?? '' }
}

/** How a fixture line names the column. */
export const titleOf = (column: ColumnDeclaration): string => `${column.table}.${column.name} ${column.type}`
