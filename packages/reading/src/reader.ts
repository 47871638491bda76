import { hash } from 'node:crypto'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { ByteCache } from './byte-cache.ts'
import { deepFreeze } from './freeze.ts'
import type { DialectLimits } from './limits.ts'
import { Parser } from './parser.ts'
import { SeenTwice } from './seen-twice.ts'
import { Unreadable } from './unreadable.ts'

/** One statement of a text as a dialect's lexer writes it. */
export type CanonicalPart = {
  /** The text that is recorded: see `ReadStatement`. */
  readonly canonical: string
  /**
   * What the parser's answer hangs on, and so the key under which it is kept: the text that it reads, and whatever
   * else of the modes the same text would be read differently by.
   */
  readonly text: string
  readonly literals: boolean
  readonly parameterCount: number
}

/** What makes a reader one dialect's. `Source` is what crosses to the parser's thread: plain data. */
export type ReaderSetup<Modes, Part extends CanonicalPart, Source> = {
  /** `db.system.name` of the OpenTelemetry semantic conventions. */
  readonly system: string
  readonly limits: DialectLimits
  /** The module of the parser's thread, which calls `serveParser`. */
  readonly workerUrl: URL
  /** Equal for modes under which every text is read the same. */
  modeKey(modes: Modes): string
  /** Splits a text into statements, none for a text that is empty; throws Unreadable. */
  split(text: string, modes: Modes): readonly Part[]
  source(part: Part): Source
}

/**
 * The reason where the parser finds another number of statements than the splitter: then the whole text is Opaque,
 * because none of its statements can be trusted to be one.
 */
export const miscounted = 'the parser counts another number of statements'

/** Bytes of an entry beside its key and value. */
const entryBytes = 128
/** How many lexer modes have texts kept at the same time. */
const modesKept = 3

/**
 * Reads texts: an exact text seen before, or the same canonical text, is answered at once from the cache; a miss is
 * parsed in a thread that is killed after a bound.
 */
export class Reader<Modes, Part extends CanonicalPart, Source> {
  readonly #setup: ReaderSetup<Modes, Part, Source>
  readonly #parser: Parser<Source>
  /** Original text → reading, one cache for each lexer mode used lately. */
  readonly #exact = new Map<string, ByteCache<Reading>>()
  /** `CanonicalPart.text` → a reading of the one statement. */
  readonly #trees: ByteCache<Reading>
  readonly #again = new SeenTwice()
  readonly #underway = new Map<string, Promise<ReadStatement>>()
  readonly #empty: Reading

  constructor(setup: ReaderSetup<Modes, Part, Source>) {
    this.#setup = setup
    this.#trees = new ByteCache((setup.limits.cacheBytes / 8) * 5)
    this.#parser = new Parser(setup.limits, setup.workerUrl)
    this.#empty = this.#whole({ kind: 'empty' })
  }

  /** Never rejects: what is not understood is Opaque. */
  read(text: string, modes: Modes): Reading | Promise<Reading> {
    const exact = this.#exactOf(modes)
    const hit = this.#again.maybe(text) ? exact.get(text) : undefined
    if (hit !== undefined) return hit
    let parts: readonly Part[]
    try {
      parts = this.#setup.split(text, modes)
    } catch (error) {
      // INVARIANT (deny-by-default): what is not understood is Opaque.
      if (error instanceof Unreadable) return this.#whole({ kind: 'opaque', reason: error.message })
      throw error
    }
    if (parts.length === 0) return this.#empty
    const [only] = parts
    if (parts.length === 1 && only !== undefined) {
      const known = this.#trees.get(only.text)
      if (known !== undefined) return this.#keep(exact, text, known)
    } else {
      const found = parts.flatMap((part) => this.#trees.get(part.text) ?? [])
      if (found.length === parts.length) return this.#keep(exact, text, Object.freeze(found))
    }
    return this.#miss(exact, text, parts)
  }

  /** Ends the threads; statements read afterwards are Opaque. */
  async close(): Promise<void> {
    await this.#parser.close()
  }

  #exactOf(modes: Modes): ByteCache<Reading> {
    const key = this.#setup.modeKey(modes)
    const known = this.#exact.get(key)
    if (known !== undefined) return known
    const oldest = this.#exact.keys().next().value
    if (this.#exact.size >= modesKept && oldest !== undefined) this.#exact.delete(oldest)
    const made = new ByteCache<Reading>(this.#setup.limits.cacheBytes / 8)
    this.#exact.set(key, made)
    return made
  }

  /** SHA-256 of the dialect and the canonical text, first 16 bytes in hex. */
  #fingerprintOf(canonical: string): string {
    return hash('sha256', `${this.#setup.system}\n${canonical}`, 'hex').slice(0, 32)
  }

  #whole(statement: ReadStatement['statement']): Reading {
    return Object.freeze([
      Object.freeze({
        statement: Object.freeze(statement),
        canonical: '',
        fingerprint: this.#fingerprintOf(''),
        literals: false,
        parameterCount: 0,
      }),
    ])
  }

  async #miss(exact: ByteCache<Reading>, text: string, parts: readonly Part[]): Promise<Reading> {
    // One after the other: a text of a thousand statements must not take the whole queue.
    const statements: ReadStatement[] = []
    for (const part of parts) statements.push(...(this.#trees.get(part.text) ?? [await this.#parse(part)]))
    const wrong = statements.find(
      ({ statement }) => statement.kind === 'opaque' && statement.reason === miscounted,
    )
    if (wrong !== undefined) return this.#whole(wrong.statement)
    const single = parts.length === 1 && parts[0] ? this.#trees.get(parts[0].text) : undefined
    const reading = single ?? Object.freeze(statements)
    const lasting = parts.every((part) => this.#trees.get(part.text) !== undefined)
    return lasting ? this.#keep(exact, text, reading) : reading
  }

  #keep(exact: ByteCache<Reading>, text: string, reading: Reading): Reading {
    if (text.length <= this.#setup.limits.exactTextLength && this.#again.see(text))
      exact.set(text, reading, entryBytes + 2 * text.length + 16 * reading.length)
    return reading
  }

  /** Parses once what several sessions ask for at the same time. */
  #parse(part: Part): Promise<ReadStatement> {
    const running = this.#underway.get(part.text)
    if (running !== undefined) return running
    const started = this.#parseNow(part).finally(() => this.#underway.delete(part.text))
    this.#underway.set(part.text, started)
    return started
  }

  async #parseNow(part: Part): Promise<ReadStatement> {
    const { canonical, text, literals, parameterCount } = part
    const { statement, lasting } = await this.#parser.parse(this.#setup.source(part))
    const read: ReadStatement = {
      statement,
      canonical,
      fingerprint: this.#fingerprintOf(canonical),
      literals,
      parameterCount,
    }
    const bytes = deepFreeze(read)
    if (lasting) this.#trees.set(text, Object.freeze([read]), entryBytes + 2 * text.length + bytes)
    return read
  }
}
