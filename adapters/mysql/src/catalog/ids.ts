import { hash } from 'node:crypto'

/** Hex digits of an id: 48 bits, which a number of JavaScript holds. */
const DIGITS = 12

/** How many ids are remembered from one catalog to the next. Beyond, all are forgotten and begun anew. */
const MAX_IDS = 100_000

const ids = new Map<string, number>()

const idOf = (text: string): number => {
  const known = ids.get(text)
  if (known !== undefined) return known
  const id = Number.parseInt(hash('sha256', text, 'hex').slice(0, DIGITS), 16)
  if (ids.size >= MAX_IDS) ids.clear()
  ids.set(text, id)
  return id
}

/**
 * Gives tables their ids: the servers show none, so a name has always the same one, in every process. Names of one
 * catalog whose ids would be the same are told apart.
 */
export class RelationIds {
  readonly #ids = new Map<string, number>()
  readonly #taken = new Set<number>()
  /** Columns are asked for one behind the other. */
  #last = { schema: '', name: '', id: 0 }

  /** The id of a table, above zero. */
  of(schema: string, name: string): number {
    const last = this.#last
    if (last.id !== 0 && name === last.name && schema === last.schema) return last.id
    const id = this.#find(schema, name)
    this.#last = { schema, name, id }
    return id
  }

  #find(schema: string, name: string): number {
    const key = JSON.stringify([schema, name])
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    let id = 0
    for (let more = 0; id === 0 || this.#taken.has(id); more++) id = idOf(`${key}${more === 0 ? '' : more}`)
    this.#ids.set(key, id)
    this.#taken.add(id)
    return id
  }
}
