import type { Catalog, CodeMoves, Relation, Routine } from './catalog.ts'

/** One look-up in a catalog, and what it brought. */
type Answer =
  | { readonly kind: 'relation'; readonly schema: string; readonly name: string; readonly found: Found }
  | { readonly kind: 'id'; readonly id: number; readonly found: Found }
  | { readonly kind: 'routines'; readonly schema: string; readonly name: string; readonly found: Routines }
  | Call

/** A routine whose code was asked for; `found` undefined: it looks at nothing and moves nothing. */
export type Call = {
  readonly kind: 'code'
  readonly schema: string
  readonly name: string
  readonly found: CodeMoves | undefined
}

type Found = Relation | undefined
type Routines = readonly Routine[]

/** A catalog that notes what it is asked. What types run is not noted: see `whatRuns`. */
export class LookUps {
  /** Answers as the catalog that it is made of does. */
  readonly catalog: Catalog
  readonly #answers = new Map<string, Answer>()
  #whole = false

  constructor(catalog: Catalog) {
    const whole = <Part>(part: Part): Part => {
      this.#whole = true
      return part
    }
    const note = <Brought extends Answer['found']>(key: string, found: Brought, answer: Answer): Brought => {
      this.#answers.set(key, answer)
      return found
    }
    this.catalog = {
      version: catalog.version,
      database: catalog.database,
      ...(catalog.identity === undefined ? {} : { identity: catalog.identity }),
      ...(catalog.idsAreNames === undefined ? {} : { idsAreNames: catalog.idsAreNames }),
      ...(catalog.running === undefined ? {} : { running: catalog.running }),
      relation: (schema, name) => {
        const found = catalog.relation(schema, name)
        return note(keyOf('r', schema, name), found, { kind: 'relation', schema, name, found })
      },
      relationById: (id) => {
        const found = catalog.relationById(id)
        return note(`i${id}`, found, { kind: 'id', id, found })
      },
      routines: (schema, name) => {
        const found = catalog.routines(schema, name)
        return note(keyOf('f', schema, name), found, { kind: 'routines', schema, name, found })
      },
      get relations() {
        return whole(catalog.relations)
      },
      get types() {
        return whole(catalog.types) as NonNullable<Catalog['types']>
      },
      get standing() {
        return whole(catalog.standing) as NonNullable<Catalog['standing']>
      },
      ...(catalog.code && {
        code: (schema: string, name: string) => {
          const found = catalog.code?.(schema, name)
          return note(keyOf('c', schema, name), found, { kind: 'code', schema, name, found })
        },
      }),
    }
  }

  /** What was asked; undefined where it was more than single look-ups: `relations`, `types` or `standing`. */
  answers(): readonly Answer[] | undefined {
    return this.#whole ? undefined : [...this.#answers.values()]
  }

  /** All names that were looked up in a schema. */
  names(): ReadonlySet<string> {
    return new Set([...this.#answers.values()].flatMap((one) => (one.kind === 'id' ? [] : [one.name])))
  }

  /** The routines whose code was asked for, and what it does. */
  calls(): readonly Call[] {
    return [...this.#answers.values()].filter((one) => one.kind === 'code')
  }
}

const keyOf = (kind: string, schema: string, name: string): string =>
  `${kind}${schema.length}.${schema}.${name}`

/** Relations and code are the same where they are the very same, routines where they do the same. */
const holds = (answer: Answer, catalog: Catalog): boolean => {
  switch (answer.kind) {
    case 'relation':
      return catalog.relation(answer.schema, answer.name) === answer.found
    case 'id':
      return catalog.relationById(answer.id) === answer.found
    case 'routines':
      return doTheSame(catalog.routines(answer.schema, answer.name), answer.found)
    case 'code':
      return catalog.code?.(answer.schema, answer.name) === answer.found
  }
}

const doTheSame = (some: Routines, others: Routines): boolean =>
  some.length === others.length &&
  some.every(({ effect, blessed, stamps }, i) => {
    const other = others[i]
    return effect === other?.effect && blessed === other.blessed && stamps === other.stamps
  })

const running = new WeakMap<object, string>()

/** What the types of a catalog run, as a text: no look-up tells it. */
export const whatRuns = (catalog: Catalog): string => {
  if (catalog.running === undefined) return ''
  const known = running.get(catalog.running)
  if (known !== undefined) return known
  const text = JSON.stringify([...catalog.running])
  running.set(catalog.running, text)
  return text
}

/** Everything that a making hangs on beside single look-ups, as a text: as far as it matters to who asks for these names. */
export type Around = (names: ReadonlySet<string>) => string

type Entry<Made> = {
  readonly names: ReadonlySet<string>
  readonly around: string
  readonly answers: readonly Answer[]
  readonly made: Made
}

/**
 * Remembers what was made of a thing and of what was looked up in a catalog: as long as another catalog answers the
 * same, it need not be made again. INVARIANT (no-unproven-column): what hangs on more than single look-ups is made anew.
 */
export class Remembered<Made> {
  readonly #most: number
  readonly #entries = new WeakMap<object, readonly Entry<Made>[]>()

  /** `most`: how many makings of one thing are remembered, the ones used last. */
  constructor(most: number) {
    this.#most = most
  }

  of(thing: object, around: Around, catalog: Catalog, make: (asked: LookUps) => Made): Made {
    const known = this.#entries.get(thing) ?? []
    const same = known.find(
      (one) => one.around === around(one.names) && one.answers.every((answer) => holds(answer, catalog)),
    )
    if (same !== undefined) {
      if (same !== known[0]) this.#keep(thing, same, known)
      return same.made
    }
    const asked = new LookUps(catalog)
    const made = make(asked)
    const answers = asked.answers()
    const names = asked.names()
    if (answers !== undefined) this.#keep(thing, { names, around: around(names), answers, made }, known)
    return made
  }

  #keep(thing: object, entry: Entry<Made>, known: readonly Entry<Made>[]): void {
    this.#entries.set(thing, [entry, ...known.filter((one) => one !== entry)].slice(0, this.#most))
  }
}
