import { readFileSync } from 'node:fs'

/** One pair of a fixture file: statements that came before, a statement, and the facts expected of it. */
type Pair = {
  readonly title: string
  readonly given: readonly string[]
  readonly sql: string
  readonly expected: readonly string[]
}

/**
 * Reads a fixture file: `== title`, then SQL, then `--> fact` lines. `--> given SQL` is analysed first and defines
 * names for the statement.
 */
export const readPairs = (file: URL): readonly Pair[] =>
  readFileSync(file, 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((block): Pair => {
      const [title = '', ...lines] = block.trimEnd().split('\n')
      const facts = lines.filter((line) => line.startsWith('--> ')).map((line) => line.slice(4).trim())
      const given = facts.filter((fact) => fact.startsWith('given ')).map((fact) => fact.slice(6))
      const sql = lines
        .filter((line) => !line.startsWith('--> '))
        .join('\n')
        .trim()
      return { title, given, sql, expected: facts.filter((fact) => !fact.startsWith('given ')) }
    })
