import type { DialectTraits } from '@sluice/core/analysis/traits'
import type { Dialect } from '@sluice/gateway/ports/dialect'

/** What it takes to explain statements of one database system. */
export type ExplainDialect = {
  readonly dialect: Dialect & { close(): Promise<void> }
  readonly traits: DialectTraits
  /** How names are looked up in a session that has set nothing. */
  readonly searchPath: readonly string[]
}

/** The dialects by the name a user gives; each is loaded only when it is asked for. */
export const explainDialects: Readonly<Record<string, () => Promise<ExplainDialect>>> = {
  postgresql: async () => {
    const [{ postgresDialect }, { postgresTraits }] = await Promise.all([
      import('@sluice/adapter-postgres/dialect/dialect'),
      import('@sluice/adapter-postgres/analysis-traits/traits'),
    ])
    return { dialect: postgresDialect(), traits: postgresTraits, searchPath: ['pg_catalog', 'public'] }
  },
}

/** Other names people use. */
const aliases: Readonly<Record<string, string>> = { postgres: 'postgresql', pg: 'postgresql' }

/** The name in the table above, where there is one. */
export const dialectNamed = (name: string): string | undefined => {
  const folded = name.toLowerCase()
  const named = aliases[folded] ?? folded
  return Object.hasOwn(explainDialects, named) ? named : undefined
}
