import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import type { Script } from './message-scripts.ts'

/** Few, so that they collide. */
const NAMES = ['-', 's', 'p'] as const

/** Something with how often it is wanted. */
type Choice<T> = readonly [weight: number, value: T]

/** What statements do, by kind. */
export type Vocabulary = {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly settings: readonly string[]
  readonly definitions: readonly string[]
  readonly code: readonly string[]
}

const failing = [
  'SELEC 1',
  'SELECT nothing FROM t',
  'SELECT * FROM nothing',
  'SELECT 1/0',
  'SELECT 1/(n - n) FROM t',
  'SELECT 1/$1::int',
  'SELECT 1; SELECT 2',
  "SELECT 'x'::int",
  'INSERT INTO t (n) SELECT 1/(g - 3) FROM generate_series(1, 5) g',
]

const transactions = [
  'BEGIN',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT x',
  'ROLLBACK TO x',
  'RELEASE x',
  'COMMIT AND CHAIN',
  'ROLLBACK AND CHAIN',
  'BEGIN ISOLATION LEVEL REPEATABLE READ',
  'BEGIN READ ONLY',
  'START TRANSACTION',
]

const copies = [
  'COPY t (n) FROM STDIN',
  'COPY t (n) FROM STDIN (FORMAT csv)',
  'COPY nothing FROM STDIN',
  'COPY t TO STDOUT',
  'COPY (SELECT 1, NULL) TO STDOUT (FORMAT csv)',
]

const data = ['1\\n', '2\\n3\\n', '4', '\\n', 'x\\n', '\\\\.\\n', '']

/** A random walk through the protocol that a seed determines. Most of what it sends a database carries out. */
export function generatedScript(seed: number, words: Vocabulary): Script {
  return { name: `seed ${seed}`, texts: new Walk(chanceFrom(seed), words).lines }
}

class Walk {
  readonly lines: string[] = []
  readonly #chance: Chance
  readonly #words: Vocabulary

  constructor(chance: Chance, words: Vocabulary) {
    this.#chance = chance
    this.#words = words
    const rounds = 1 + chance.below(8)
    for (let left = rounds; left > 0; left -= 1) this.#round()
  }

  #pick<T>(choices: readonly Choice<T>[]): T {
    let left = this.#chance.below(choices.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of choices) {
      left -= weight
      if (left < 0) return value
    }
    throw new Error('there is nothing to pick from')
  }

  #one<T>(all: readonly T[]): T {
    return this.#chance.pick(all)
  }

  #name(): string {
    return this.#one(NAMES)
  }

  /** By SQL the unnamed one has no name. */
  #word(): string {
    return this.#one(['s', 'p'])
  }

  #round(): void {
    this.#pick<() => void>([
      [6, () => this.#simple()],
      [10, () => this.#extended()],
      [1, () => this.lines.push(this.#call())],
      [1, () => this.#stray()],
    ])()
    if (this.#chance.below(3) === 0) this.lines.push('pause')
  }

  #simple(): void {
    const count = this.#pick([
      [6, 1],
      [2, 2],
      [1, 3],
    ])
    const texts = Array.from({ length: count }, () => this.statement())
    this.lines.push(`query ${texts.join('; ')}`)
    if (texts.some((text) => text.includes('FROM STDIN')) || this.#chance.below(30) === 0) this.#copyData()
  }

  #copyData(): void {
    for (let left = this.#chance.below(4); left > 0; left -= 1) this.lines.push(`data ${this.#one(data)}`)
    const end = this.#pick([
      [6, 'done'],
      [2, 'fail given up'],
      [1, 'query SELECT 1'],
      [1, 'flush'],
    ])
    this.lines.push(end)
  }

  #extended(): void {
    for (let left = 1 + this.#chance.below(6); left > 0; left -= 1) this.#group()
    this.#pick<() => void>([
      [12, () => this.lines.push('sync')],
      [1, () => this.lines.push('flush', 'pause', 'sync')],
      [1, () => undefined],
    ])()
  }

  #group(): void {
    const statement = this.#name()
    const portal = this.#name()
    const text = this.statement()
    const rows = this.#one(['', '', '', ' 1', ' 2', ' 0'])
    const push = (...lines: readonly string[]): void => void this.lines.push(...lines)
    this.#pick<() => void>([
      [
        8,
        () => {
          push(`parse ${statement} ${text}`)
          if (this.#chance.below(3) === 0) push(`describe S ${statement}`)
          push(this.#bind(portal, statement, text))
          if (this.#chance.below(3) === 0) push(`describe P ${portal}`)
          push(`execute ${portal}${rows}`)
          if (text.includes('FROM STDIN')) this.#copyData()
        },
      ],
      [4, () => push(`parse ${statement} ${text}`)],
      [4, () => push(this.#bind(portal, statement, ''), `execute ${portal}${rows}`)],
      [2, () => push(this.#bind(portal, statement, ''))],
      [3, () => push(`execute ${portal}${rows}`)],
      [1, () => push(`describe S ${statement}`)],
      [1, () => push(`describe P ${portal}`)],
      [2, () => push(`close S ${statement}`)],
      [1, () => push(`close P ${portal}`)],
      [1, () => push('flush')],
      [1, () => push('flush', 'pause')],
      [1, () => push('sync')],
    ])()
  }

  #bind(portal: string, statement: string, text: string): string {
    const wanted = text.includes('$2') ? 2 : text.includes('$1') ? 1 : 0
    const count = this.#chance.below(12) === 0 || text === '' ? this.#chance.below(3) : wanted
    const values = Array.from({ length: count }, () => this.#one(['1', '2', '7', '0', 'abc', 'NULL']))
    const formats = this.#one([
      '',
      '',
      '',
      '',
      ' /0',
      ' /1',
      ' /1',
      ' /01',
      ' /0:',
      ' /0:1',
      ' /1:',
      ' /000:',
    ])
    return [`bind ${portal} ${statement}`, ...values].join(' ') + formats
  }

  #call(): string {
    return this.#one(['call 1397 -1', 'call 154 1 0', 'call 999999 1', 'call 1397 NULL', 'call 154 7 2'])
  }

  #stray(): void {
    this.lines.push(
      this.#one([
        'data x\\n',
        'done',
        'fail no',
        'sync',
        'flush',
        "raw Q SELECT '\\u00e9'\\u0000",
        'raw P s\\u0000\\u00ff\\u0000\\u0000\\u0000',
        'raw E \\u00e9x\\u0000\\u0000\\u0000\\u0000\\u0000',
        'raw C Sx\\u0000',
      ]),
    )
  }

  statement(): string {
    const { reads, writes, settings, definitions, code } = this.#words
    return this.#pick<() => string>([
      [9, () => this.#one(reads)],
      [6, () => this.#one(writes)],
      [3, () => this.#one(failing)],
      [6, () => this.#one(transactions)],
      [2, () => this.#one(copies)],
      [6, () => this.#named()],
      [3, () => this.#one(settings)],
      [2, () => this.#one(definitions)],
      [1, () => this.#one(code)],
      [1, () => ''],
    ])()
  }

  /** What uses the names of SQL, which are those of the protocol. */
  #named(): string {
    const { reads, writes } = this.#words
    const name = this.#word()
    return this.#pick<() => string>([
      [4, () => `PREPARE ${name} AS ${this.#one(this.#chance.below(3) === 0 ? writes : reads)}`],
      [4, () => `EXECUTE ${name}${this.#one(['', '', ' (1)', ' (2, 7)'])}`],
      [1, () => `EXPLAIN (COSTS OFF) EXECUTE ${name}`],
      [2, () => `DEALLOCATE ${name}`],
      [1, () => 'DEALLOCATE ALL'],
      [
        3,
        () =>
          `DECLARE ${name} ${this.#one(['', 'SCROLL '])}CURSOR ${this.#one(['', 'WITH HOLD '])}FOR ${this.#one(reads)}`,
      ],
      [
        4,
        () =>
          `${this.#one(['FETCH', 'FETCH', 'MOVE'])} ${this.#one(['1', '2', 'ALL', 'BACKWARD 1'])} FROM ${name}`,
      ],
      [2, () => `CLOSE ${name}`],
      [1, () => 'CLOSE ALL'],
      [1, () => this.#one(['DISCARD ALL', 'DISCARD PLANS', 'DISCARD TEMP', 'DISCARD SEQUENCES'])],
    ])()
  }
}
