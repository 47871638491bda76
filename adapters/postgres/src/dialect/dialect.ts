import { hash } from 'node:crypto'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect, LexerModes } from '@sluice/gateway/ports/dialect'
import { ByteCache } from './byte-cache.ts'
import { type CanonicalStatement, canonicalStatements } from './canonical/canonical.ts'
import { deepFreeze } from './freeze.ts'
import { type DialectLimits, defaultLimits } from './limits.ts'
import { miscounted } from './lower/lower.ts'
import { Parser } from './parser/parser.ts'
import { Unreadable } from './unreadable.ts'

/** How a dialect is set up; every field has a default. */
export type DialectOptions = {
  readonly limits?: Partial<DialectLimits>
  /** The parser's worker module, for tests. */
  readonly workerUrl?: URL
}

/** The dialect and the threads behind it. `close` ends them; statements read afterwards are Opaque. */
export type PostgresDialect = Dialect & { close(): Promise<void> }

/** SHA-256 of the dialect and the canonical text, first 16 bytes in hex. */
const fingerprintOf = (canonical: string): string =>
  hash('sha256', `postgresql\n${canonical}`, 'hex').slice(0, 32)

const whole = (statement: ReadStatement['statement']): Reading =>
  Object.freeze([
    Object.freeze({
      statement: Object.freeze(statement),
      canonical: '',
      fingerprint: fingerprintOf(''),
      literals: false,
      parameterCount: 0,
    }),
  ])

const empty = whole({ kind: 'empty' })

/** Bytes of an entry beside its key and value. */
const entryBytes = 128

class Reader {
  readonly #limits: DialectLimits
  readonly #parser: Parser
  /** Original text → reading, one cache for each lexer mode. */
  readonly #exact: readonly [ByteCache<Reading>, ByteCache<Reading>]
  /** The text the parser reads → the statement. */
  readonly #trees: ByteCache<ReadStatement>
  readonly #underway = new Map<string, Promise<ReadStatement>>()

  constructor(options: DialectOptions) {
    this.#limits = { ...defaultLimits, ...options.limits }
    const { cacheBytes } = this.#limits
    this.#exact = [new ByteCache(cacheBytes / 8), new ByteCache(cacheBytes / 4)]
    this.#trees = new ByteCache((cacheBytes / 8) * 5)
    this.#parser = new Parser(this.#limits, options.workerUrl)
  }

  read(text: string, modes: LexerModes): Reading | Promise<Reading> {
    const exact = this.#exact[modes.standardConformingStrings ? 1 : 0]
    const hit = exact.get(text)
    if (hit !== undefined) return hit
    let parts: CanonicalStatement[]
    try {
      parts = canonicalStatements(text, modes.standardConformingStrings, this.#limits)
    } catch (error) {
      // INVARIANT (deny-by-default): what is not understood is Opaque.
      if (error instanceof Unreadable) return whole({ kind: 'opaque', reason: error.message })
      throw error
    }
    if (parts.length === 0) return empty
    const found = parts.map((part) => this.#trees.get(part.text))
    return found.every((statement) => statement !== undefined)
      ? this.#keep(exact, text, found)
      : this.#miss(exact, text, parts)
  }

  async close(): Promise<void> {
    await this.#parser.close()
  }

  async #miss(
    exact: ByteCache<Reading>,
    text: string,
    parts: readonly CanonicalStatement[],
  ): Promise<Reading> {
    // One after the other: a text of a thousand statements must not take the whole queue.
    const statements: ReadStatement[] = []
    for (const part of parts) statements.push(this.#trees.get(part.text) ?? (await this.#parse(part)))
    const wrong = statements.find(
      ({ statement }) => statement.kind === 'opaque' && statement.reason === miscounted,
    )
    if (wrong !== undefined) return whole(wrong.statement)
    return parts.every((part) => this.#trees.get(part.text) !== undefined)
      ? this.#keep(exact, text, statements)
      : Object.freeze(statements)
  }

  #keep(exact: ByteCache<Reading>, text: string, statements: readonly ReadStatement[]): Reading {
    const reading = Object.freeze([...statements])
    if (text.length <= this.#limits.exactTextLength)
      exact.set(text, reading, entryBytes + 2 * text.length + 16 * statements.length)
    return reading
  }

  /** Parses once what several sessions ask for at the same time. */
  #parse(part: CanonicalStatement): Promise<ReadStatement> {
    const running = this.#underway.get(part.text)
    if (running !== undefined) return running
    const started = this.#parseNow(part).finally(() => this.#underway.delete(part.text))
    this.#underway.set(part.text, started)
    return started
  }

  async #parseNow(part: CanonicalStatement): Promise<ReadStatement> {
    const { canonical, text, literals, parameterCount } = part
    const { statement, lasting } = await this.#parser.parse({
      text,
      literals,
      slots: part.slots.map(({ at }) => at),
    })
    const read: ReadStatement = {
      statement,
      canonical,
      fingerprint: fingerprintOf(canonical),
      literals,
      parameterCount,
    }
    const bytes = deepFreeze(read)
    if (lasting) this.#trees.set(text, read, entryBytes + 2 * text.length + bytes)
    return read
  }
}

/** PostgreSQL's SQL, read by its own parser behind our lexer. Starts two threads; `close` ends them. */
export const postgresDialect = (options: DialectOptions = {}): PostgresDialect => {
  const reader = new Reader(options)
  return {
    system: 'postgresql',
    read: (text, modes) => reader.read(text, modes),
    close: () => reader.close(),
  }
}
