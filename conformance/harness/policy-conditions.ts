import type { Chance } from '@sluice/testkit/chance'
import { words } from './policy-words.ts'

/** `failed`: it has no answer. */
export type Answer = boolean | 'failed'

/** What a made-up condition is asked with, plainly: absent is undefined. */
export type Asked = {
  readonly principal: Who
  readonly database: { readonly name: string; readonly system: string; readonly environment: string }
  readonly statement?: Asking
  readonly session?: {
    readonly id: string
    readonly clientAddress: string
    readonly applicationName: string
    readonly tls: boolean
  }
  readonly column?: {
    readonly schema: string
    readonly table: string
    readonly name: string
    readonly type: string
    readonly labels: readonly string[]
  }
}

/** A principal. */
type Who = {
  readonly id: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly groups: readonly string[]
  readonly provider: string
  readonly onBehalfOf?: Who
  readonly agent?: { readonly name: string; readonly model?: string; readonly runId?: string }
}

type Table = {
  readonly schema: string
  readonly name: string
  readonly access: readonly string[]
  readonly labels: readonly string[]
  readonly known: boolean
  readonly named: boolean
}
type UsedColumn = {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly roles: readonly string[]
  readonly labels: readonly string[]
  readonly named: boolean
}
type Called = { readonly schema: string; readonly name: string; readonly effect: string }

/** A statement, as `docs/policy.md` says that conditions see it. */
export type Asking = {
  readonly verb: string
  readonly verbs: readonly string[]
  readonly effects: readonly string[]
  readonly tables: readonly Table[]
  readonly columns: readonly UsedColumn[]
  readonly functions: readonly Called[]
  readonly channels: readonly string[]
  readonly clientFile: boolean
  readonly bounded: boolean
  readonly dynamic: boolean
  readonly opaque: string
  readonly parameterCount: number
  readonly fingerprint: string
}

/** A condition, as its text and as what it means. */
export type MadeCondition = {
  readonly text: string
  readonly means: (asked: Asked) => Answer
  /** Facts that it names. */
  readonly names: ReadonlySet<string>
}

const quoted = (text: string): string => `'${text}'`

const made = (text: string, means: MadeCondition['means'], ...names: readonly string[]): MadeCondition => ({
  text,
  means,
  names: new Set(names),
})

/** Conditions on one thing, which may be absent. */
const on =
  <Value>(of: (asked: Asked) => Value | undefined, names: readonly string[] = []) =>
  (text: string, holds: (value: Value) => Answer): MadeCondition =>
    made(text, (asked) => absent(of(asked), holds), ...names)

const absent = <Value>(value: Value | undefined, then: (value: Value) => Answer): Answer =>
  value === undefined ? 'failed' : then(value)

type Maker = (chance: Chance) => MadeCondition

/** One text of something against one word or several. */
const textIs =
  (
    field: string,
    of: (asked: Asked) => string | undefined,
    choices: readonly string[],
    ...names: string[]
  ): Maker =>
  (chance) => {
    const asks = on(of, names)
    const word = chance.pick(choices)
    const other = chance.pick(choices)
    const part = word.slice(0, 3)
    return chance.pick([
      asks(`${field} == ${quoted(word)}`, (text) => text === word),
      asks(`${field} != ${quoted(word)}`, (text) => text !== word),
      asks(`${field} in [${quoted(word)}, ${quoted(other)}]`, (text) => text === word || text === other),
      asks(`${field}.startsWith(${quoted(part)})`, (text) => text.startsWith(part)),
      asks(`${field}.matches('^${part.replaceAll(/[^a-z]/gi, '.')}')`, (text) =>
        new RegExp(`^${part.replaceAll(/[^a-z]/gi, '.')}`).test(text),
      ),
    ])
  }

/** Whether a list of texts holds something. */
const listHas =
  (
    field: string,
    of: (asked: Asked) => readonly string[] | undefined,
    choices: readonly string[],
    ...names: string[]
  ): Maker =>
  (chance) => {
    const asks = on(of, names)
    const word = chance.pick(choices)
    const other = chance.pick(choices)
    const start = word.slice(0, 3)
    const most = chance.below(3)
    return chance.pick([
      asks(`${quoted(word)} in ${field}`, (list) => list.includes(word)),
      asks(`${field}.all(x, x in [${quoted(word)}, ${quoted(other)}])`, (list) =>
        list.every((one) => one === word || one === other),
      ),
      asks(`${field}.exists(x, x.startsWith(${quoted(start)}))`, (list) =>
        list.some((one) => one.startsWith(start)),
      ),
      asks(
        `${field}.exists_one(x, x == ${quoted(word)})`,
        (list) => list.filter((one) => one === word).length === 1,
      ),
      asks(`${field}.size() > ${most}`, (list) => list.length > most),
      asks(`${field} == []`, (list) => list.length === 0),
      // A list that may be empty has no first.
      asks(`${field}[0] == ${quoted(word)}`, (list) => (list.length === 0 ? 'failed' : list[0] === word)),
    ])
  }

const flag =
  (field: string, of: (asked: Asked) => boolean | undefined, ...names: string[]): Maker =>
  () =>
    on(of, names)(field, (value) => value)

/** Of the elements of a list: one maker for what is asked of an element. */
const elements =
  <Element>(
    field: string,
    of: (asked: Asked) => readonly Element[] | undefined,
    inside: readonly ((chance: Chance) => {
      readonly text: string
      readonly means: (one: Element) => Answer
    })[],
  ): Maker =>
  (chance) => {
    const asks = on(of)
    const first = chance.pick(inside)(chance)
    const second = chance.pick(inside)(chance)
    const [text, means] = chance.pick([
      [first.text, first.means],
      [`(${first.text} && ${second.text})`, (one: Element) => and(first.means(one), second.means(one))],
      [
        `(${first.text} || !(${second.text}))`,
        (one: Element) => or(first.means(one), not(second.means(one))),
      ],
    ] as const)
    const answers = (list: readonly Element[]): readonly Answer[] => list.map(means)
    const most = chance.below(2)
    return chance.pick([
      asks(`${field}.exists(t, ${text})`, (list) => answers(list).reduce(or, false)),
      asks(`${field}.all(t, ${text})`, (list) => answers(list).reduce(and, true)),
      asks(`${field}.filter(t, ${text}).size() > ${most}`, (list) => {
        const found = answers(list)
        return found.includes('failed') ? 'failed' : found.filter((one) => one === true).length > most
      }),
    ])
  }

type Inside<Element> = (chance: Chance) => { readonly text: string; readonly means: (one: Element) => Answer }

const insideIs =
  <Element>(field: keyof Element & string, choices: readonly string[]): Inside<Element> =>
  (chance) => {
    const word = chance.pick(choices)
    return chance.often(70)
      ? { text: `t.${field} == ${quoted(word)}`, means: (one) => one[field] === word }
      : {
          text: `t.${field} in [${quoted(word)}, 'other']`,
          means: (one) => one[field] === word || one[field] === 'other',
        }
  }
const insideHas =
  <Element>(field: keyof Element & string, choices: readonly string[]): Inside<Element> =>
  (chance) => {
    const word = chance.pick(choices)
    const start = word.slice(0, 3)
    const listOf = (one: Element): readonly string[] => one[field] as readonly string[]
    return chance.pick([
      { text: `${quoted(word)} in t.${field}`, means: (one: Element) => listOf(one).includes(word) },
      {
        text: `t.${field}.exists(l, l.startsWith(${quoted(start)}))`,
        means: (one: Element) => listOf(one).some((label) => label.startsWith(start)),
      },
      {
        text: `t.${field}[0] == ${quoted(word)}`,
        means: (one: Element): Answer => (listOf(one).length === 0 ? 'failed' : listOf(one)[0] === word),
      },
    ])
  }
const insideFlag =
  <Element>(field: keyof Element & string): Inside<Element> =>
  () => ({ text: `t.${field}`, means: (one) => one[field] === true })

/** In `closedWords` the reader refuses what is never there: parts of such words would be refused by chance. */
const principalMakers = (at: string, who: (asked: Asked) => Who | undefined): readonly Maker[] => [
  textIs(`${at}.id`, (asked) => who(asked)?.id, words.ids),
  (chance) => {
    const word = chance.pick(words.kinds)
    return made(`${at}.kind == ${quoted(word)}`, (asked) => absent(who(asked)?.kind, (kind) => kind === word))
  },
  listHas(`${at}.groups`, (asked) => who(asked)?.groups, words.groups),
  textIs(`${at}.provider`, (asked) => who(asked)?.provider, words.providers),
  (chance) => {
    const model = textIs(`${at}.agent.model`, (asked) => who(asked)?.agent?.model, words.models)(chance)
    return {
      text: `(has(${at}.agent) && has(${at}.agent.model) && ${model.text})`,
      means: (asked) =>
        and(
          and(
            absent(who(asked), (one) => one.agent !== undefined),
            absent(who(asked)?.agent, (one) => one.model !== undefined),
          ),
          model.means(asked),
        ),
      names: model.names,
    }
  },
  (chance) => textIs(`${at}.agent.name`, (asked) => who(asked)?.agent?.name, words.agents)(chance),
  () => made(`has(${at}.agent)`, (asked) => absent(who(asked), (one) => one.agent !== undefined)),
  () =>
    made(`has(${at}.agent.model)`, (asked) => absent(who(asked)?.agent, (one) => one.model !== undefined)),
  () => made(`has(${at}.onBehalfOf)`, (asked) => absent(who(asked), (one) => one.onBehalfOf !== undefined)),
]

const everywhere: readonly Maker[] = [
  ...principalMakers('principal', ({ principal }) => principal),
  ...principalMakers('principal', ({ principal }) => principal),
  (chance) => {
    const of = chance.pick(principalMakers('principal.onBehalfOf', ({ principal }) => principal.onBehalfOf))(
      chance,
    )
    if (chance.often(20)) return of
    return {
      text: `(has(principal.onBehalfOf) && ${of.text})`,
      means: (asked) => and(asked.principal.onBehalfOf !== undefined, of.means(asked)),
      names: of.names,
    }
  },
  textIs('database.name', ({ database }) => database.name, words.databases),
  textIs('database.environment', ({ database }) => database.environment, words.environments),
]

const statements: readonly Maker[] = [
  (chance) => {
    const word = chance.pick(words.verbs)
    return made(`statement.verb == ${quoted(word)}`, ({ statement }) => statement?.verb === word)
  },
  listHas('statement.verbs', ({ statement }) => statement?.verbs, words.verbs),
  listHas('statement.effects', ({ statement }) => statement?.effects, words.effects),
  (chance) => {
    const word = chance.pick(words.effects)
    return made(
      `statement.effects == [${quoted(word)}]`,
      ({ statement }) => statement?.effects.length === 1 && statement.effects[0] === word,
    )
  },
  elements<Table>('statement.tables', ({ statement }) => statement?.tables, [
    insideIs('name', words.tables),
    insideIs('schema', words.schemas),
    insideHas('access', words.access),
    insideHas('labels', words.labels),
    insideFlag('known'),
    insideFlag('named'),
  ]),
  elements<UsedColumn>('statement.columns', ({ statement }) => statement?.columns, [
    insideIs('name', words.columns),
    insideIs('table', words.tables),
    insideHas('roles', words.roles),
    insideHas('labels', words.labels),
    insideFlag('named'),
  ]),
  elements<Called>('statement.functions', ({ statement }) => statement?.functions, [
    insideIs('name', words.functions),
    insideIs('schema', ['pg_catalog', 'public']),
  ]),
  listHas('statement.channels', ({ statement }) => statement?.channels, words.channels),
  flag('statement.clientFile', ({ statement }) => statement?.clientFile, 'clientFile'),
  flag('statement.bounded', ({ statement }) => statement?.bounded),
  flag('statement.dynamic', ({ statement }) => statement?.dynamic),
  textIs('statement.opaque', ({ statement }) => statement?.opaque, ['', 'a loop'], 'opaque'),
  (chance) => {
    const most = chance.below(3)
    return made(
      `statement.parameterCount > ${most}`,
      ({ statement }) => (statement?.parameterCount ?? 0) > most,
    )
  },
  textIs('statement.fingerprint', ({ statement }) => statement?.fingerprint, ['00', '01']),
  textIs('session.clientAddress', ({ session }) => session?.clientAddress, words.addresses),
  textIs('session.applicationName', ({ session }) => session?.applicationName, words.applications),
  flag('session.tls', ({ session }) => session?.tls),
]

const columns: readonly Maker[] = [
  textIs('column.schema', ({ column }) => column?.schema, words.schemas),
  textIs('column.table', ({ column }) => column?.table, words.tables),
  textIs('column.name', ({ column }) => column?.name, words.columns),
  textIs('column.type', ({ column }) => column?.type, words.types),
  listHas('column.labels', ({ column }) => column?.labels, words.labels),
  listHas('column.labels', ({ column }) => column?.labels, words.labels),
]

/** CEL, "Logical Operators": a failure counts only where the other side does not settle it. */
const and = (a: Answer, b: Answer): Answer => {
  if (a === false || b === false) return false
  return a === 'failed' || b === 'failed' ? 'failed' : true
}
const or = (a: Answer, b: Answer): Answer => not(and(not(a), not(b)))
const not = (a: Answer): Answer => (a === 'failed' ? a : !a)

const makers = {
  statement: [...everywhere, ...statements, ...statements],
  principal: everywhere,
  column: [...columns, ...columns, ...everywhere],
}

/** A condition for where it stands. */
export const condition = (chance: Chance, place: keyof typeof makers, depth = 2): MadeCondition => {
  if (depth === 0 || chance.often(35)) return chance.pick(makers[place])(chance)
  const one = (): MadeCondition => condition(chance, place, depth - 1)
  const [a, b] = [one(), one()]
  const names = new Set([...a.names, ...b.names])
  switch (chance.below(4)) {
    case 0:
      return {
        text: `(${a.text} && ${b.text})`,
        means: (asked) => and(a.means(asked), b.means(asked)),
        names,
      }
    case 1:
      return { text: `(${a.text} || ${b.text})`, means: (asked) => or(a.means(asked), b.means(asked)), names }
    case 2:
      return { text: `!(${a.text})`, means: (asked) => not(a.means(asked)), names: a.names }
    default: {
      const c = one()
      return {
        text: `(${a.text} ? ${b.text} : ${c.text})`,
        means: (asked) => {
          const which = a.means(asked)
          return which === 'failed' ? which : which ? b.means(asked) : c.means(asked)
        },
        names: new Set([...names, ...c.names]),
      }
    }
  }
}
