import { operatorRoutine, typeRoutine } from '@sluice/core/analysis/traits'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { Snapshot } from './rows.ts'

/**
 * In how many orders of the schemas the names of a body are looked up: a session's path decides, which may be any. Tables
 * of a name in more schemas than these are not followed.
 */
const MAX_PATHS = 32

type Named = { readonly schema: string; readonly name: string }

/** The paths along which the names of a body may be looked up: each schema that has one of them before all others. */
export class SearchPaths {
  readonly #schemas: readonly string[]
  readonly #homes: ReadonlyMap<string, ReadonlySet<string>>

  constructor({ relations }: Catalog, { routines, operators, types }: Snapshot) {
    const users = relations.filter(({ system }) => !system)
    this.#schemas = [...new Set([...users, ...routines].map(({ schema }) => schema))]
    const homes = new Map<string, Set<string>>()
    const add = ({ schema, name }: Named): void => {
      const known = homes.get(name)
      if (known) known.add(schema)
      else homes.set(name, new Set([schema]))
    }
    for (const one of [...users, ...routines]) add(one)
    for (const { schema, name } of operators) add({ schema, name: operatorRoutine(name) })
    for (const { schema, name } of types) add({ schema, name: typeRoutine([name]) })
    this.#homes = homes
  }

  /** The schemas that have something of a name. */
  having(name: string): readonly string[] {
    return [...(this.#homes.get(name) ?? [])]
  }

  /**
   * What the paths come to for who looks up these names alone: schemas that have none of them make no difference, as
   * those of other sessions' temporary tables, which come and go.
   */
  mattering(names: ReadonlySet<string>): string {
    return JSON.stringify([...this.#havingAny(names)])
  }

  /** Calls back along each path that may lead elsewhere than those before. `names`: all that were looked up so far. */
  along<Result>(
    look: (path: readonly string[]) => Result,
    names: () => ReadonlySet<string>,
  ): readonly Result[] {
    const found: Result[] = []
    const looked: string[] = []
    let having: ReadonlySet<string> = new Set()
    /** One that has none of the names leads to the first that has. */
    const led = (schema: string): string | undefined => (having.has(schema) ? schema : [...having][0])
    for (const own of this.#schemas) {
      if (looked.length === MAX_PATHS) break
      if (looked.some((before) => led(before) === led(own))) continue
      looked.push(own)
      found.push(look(['pg_catalog', ...startingWith(own, this.#schemas)]))
      having = this.#havingAny(names())
    }
    return found
  }

  /** In the order of all schemas. */
  #havingAny(names: ReadonlySet<string>): ReadonlySet<string> {
    const having = new Set<string>()
    for (const name of names) for (const schema of this.#homes.get(name) ?? []) having.add(schema)
    return new Set(this.#schemas.filter((schema) => having.has(schema)))
  }
}

/** One of them before the others. */
const startingWith = (first: string, schemas: readonly string[]): readonly string[] => [
  first,
  ...schemas.filter((one) => one !== first),
]
