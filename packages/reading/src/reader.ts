import { hash } from 'node:crypto'
import { withoutFound } from '@sluice/core/record/without-found'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect, LexerModes } from '@sluice/gateway/ports/dialect'
import { ByteCache } from './byte-cache.ts'
import { deepFreeze } from './freeze.ts'
import type { DialectLimits } from './limits.ts'
import { Parser } from './parser.ts'
import { Patterns } from './patterns.ts'
import { provenPattern } from './proven-pattern.ts'
import { Unreadable } from './unreadable.ts'

/** How a dialect is set up. `limits`: those that are other than its defaults. */
export type DialectOptions = { readonly limits?: Partial<DialectLimits> }

/** A dialect and the threads behind it. `close` ends them; statements read afterwards are Opaque. */
export type ThreadedDialect<Modes extends LexerModes> = Dialect<Modes> & { close(): Promise<void> }

/** The module of a parser's thread, which stands in `parser` beside the dialect's own module. */
export const parserWorker = (dialectUrl: string): URL =>
  new URL(`./parser/parser-worker${dialectUrl.endsWith('.ts') ? '.ts' : '.js'}`, dialectUrl)

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
type ReaderSetup<Modes, Part extends CanonicalPart, Source> = {
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
  /**
   * Begin and end of the numbers and strings of a text that `split` has read, in order; a string is one from its quote
   * on. Others may stand in their places, as long as the parts are the same then.
   */
  constants(text: string, modes: Modes): readonly number[]
}

/**
 * The reason where the parser finds another number of statements than the splitter: then the whole text is Opaque,
 * because none of its statements can be trusted to be one.
 */
export const miscounted = 'the parser counts another number of statements'

const textOf = ({ text }: CanonicalPart): string => text

/** Bytes of an entry beside its key and value. */
const entryBytes = 128

/**
 * Reads texts: one that was read before but for its constants, or one of the same canonical text, is answered at once
 * from the cache; a miss is parsed in a thread that is killed after a bound.
 */
export class Reader<Modes extends LexerModes, Part extends CanonicalPart, Source>
  implements ThreadedDialect<Modes>
{
  readonly system: string
  readonly #setup: ReaderSetup<Modes, Part, Source>
  readonly #parser: Parser<Source>
  /** Original text → the `CanonicalPart.text` of each of its statements. */
  readonly #patterns: Patterns<readonly string[]>
  /** `CanonicalPart.text` → a reading of the one statement. */
  readonly #trees: ByteCache<Reading>
  readonly #underway = new Map<string, Promise<ReadStatement>>()
  readonly #empty: Reading
  #modes: Modes | undefined
  #modeKey = ''

  constructor(setup: ReaderSetup<Modes, Part, Source>) {
    this.#setup = setup
    this.system = setup.system
    const { cacheBytes, exactTextLength } = setup.limits
    this.#trees = new ByteCache((cacheBytes / 8) * 5)
    this.#patterns = new Patterns((cacheBytes / 8) * 3, exactTextLength)
    this.#parser = new Parser(setup.limits, setup.workerUrl)
    this.#empty = this.#whole({ kind: 'empty' })
  }

  read(text: string, modes: Modes): Reading | Promise<Reading> {
    const keys = this.#patterns.find(text, this.#keyOf(modes))
    const hit = keys === undefined ? undefined : this.#known(keys)
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
    const known = this.#known(parts.map(textOf))
    if (known === undefined) return this.#miss(text, modes, parts)
    this.#keep(text, modes, parts)
    return known
  }

  /** Sessions keep their modes in one object as long as they are the same. */
  #keyOf(modes: Modes): string {
    if (modes !== this.#modes) {
      this.#modeKey = this.#setup.modeKey(modes)
      this.#modes = modes
    }
    return this.#modeKey
  }

  /** What is kept of a text of these parts; undefined where one of them is not. */
  #known(keys: readonly string[]): Reading | undefined {
    const [only] = keys
    if (keys.length === 1 && only !== undefined) return this.#trees.get(only)
    const found: ReadStatement[] = []
    for (const key of keys) {
      const reading = this.#trees.get(key)
      if (reading === undefined) return undefined
      found.push(...reading)
    }
    return this.#ofMany(found)
  }

  #ofMany(statements: readonly ReadStatement[]): Reading {
    const wrong = statements.find(
      ({ statement }) => statement.kind === 'opaque' && statement.reason === miscounted,
    )
    return wrong === undefined ? Object.freeze(statements) : this.#whole(wrong.statement)
  }

  async close(): Promise<void> {
    await this.#parser.close()
  }

  /** SHA-256 of the dialect and the canonical text, first 16 bytes in hex. */
  #fingerprintOf(canonical: string): string {
    return hash('sha256', `${this.system}\n${canonical}`, 'hex').slice(0, 32)
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

  async #miss(text: string, modes: Modes, parts: readonly Part[]): Promise<Reading> {
    // One after the other: a text of a thousand statements must not take the whole queue.
    const statements: ReadStatement[] = []
    for (const part of parts) statements.push(...(this.#trees.get(part.text) ?? [await this.#parse(part)]))
    const kept = this.#known(parts.map(textOf))
    if (kept === undefined) return this.#ofMany(statements)
    this.#keep(text, modes, parts)
    return kept
  }

  #keep(text: string, modes: Modes, parts: readonly Part[]): void {
    if (!this.#patterns.wants(text)) return
    const keys = parts.map(textOf)
    const bytes = keys.reduce((sum, key) => sum + entryBytes + 2 * key.length, 0)
    const pattern = provenPattern(text, parts, {
      split: (other) => this.#setup.split(other, modes),
      constants: () => this.#setup.constants(text, modes),
    })
    this.#patterns.put(pattern, this.#keyOf(modes), keys, bytes)
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
    const { text, literals, parameterCount } = part
    const canonical = withoutFound(part.canonical)
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
