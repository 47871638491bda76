import type { CallProcedure, Procedural, Statement } from '@sluice/core/statement/command'
import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import type { Query } from '@sluice/core/statement/query'
import { Kind, type Token } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { calls, systemCall } from './call.ts'
import { Cursor } from './cursor.ts'
import { variable } from './expression.ts'
import { readStatements } from './rules.ts'

/** Whether EXEC or EXECUTE stands here. EXECUTE AS is no call. */
export const executeFollows = (c: Cursor): boolean => c.isOneOf(['exec', 'execute']) && !c.is('as', 1)

type Argument = { readonly name: string | null; readonly value: Expression; readonly text?: string }

/** `EXEC @r = dbo.p 1, @a = @b OUTPUT`, `EXEC ('…')`, and with `bare` a call without the word. */
export const readExecute = (c: Cursor, bare = false): Statement => {
  if (!bare) c.at++
  if (c.isSign('(')) return executeText(c)
  if (c.peek().kind === Kind.variable) {
    if (!c.isSign('=', 1)) return c.fail('the procedure is named by a variable')
    c.batch.assigned.push({ variable: c.next().value, clean: false, from: [] })
    c.at++
    if (c.peek().kind === Kind.variable) return c.fail('the procedure is named by a variable')
  }
  const name = c.path()
  // `p;2` is the second of several procedures of one name.
  if (c.isSign(';') && c.peek(1).kind === Kind.number) c.at += 2
  const args = argumentsFollow(c) ? c.list(() => argument(c)) : []
  recompile(c)
  return isDynamic(name) ? dynamic(c, args) : callNode(name, args)
}

/** Under the name of another database it runs its text there. */
const isDynamic = (name: readonly string[]): boolean =>
  name.at(-1) === 'sp_executesql' && (name.length === 1 || (name.length === 2 && name[0] === 'sys'))

const callNode = (name: readonly string[], args: readonly Argument[]): CallProcedure => {
  const values = args.map(({ value }) => value)
  const names = args.map((arg) => arg.name)
  const argNames = names.some((given) => given !== null) ? names : undefined
  return { kind: 'call-procedure', called: 'execute', call: calls(name, values, argNames) }
}

const argumentKinds: ReadonlySet<number> = new Set([
  Kind.string,
  Kind.number,
  Kind.binary,
  Kind.variable,
  Kind.quoted,
])

const argumentsFollow = (c: Cursor): boolean =>
  argumentKinds.has(c.peek().kind) ||
  c.isSign('-') ||
  c.isSign('+') ||
  (c.isName() && !c.done) ||
  c.isOneOf(['null', 'default'])

/** A value is a constant, a variable, DEFAULT, or a bare word, which is a string. */
const argument = (c: Cursor): Argument => {
  const named = c.peek().kind === Kind.variable && c.isSign('=', 1)
  const name = named ? c.next().value : null
  if (named) c.at++
  const token = c.peek()
  const value = argumentValue(c)
  if (c.isOneOf(['output', 'out'])) {
    c.at++
    if (token.kind === Kind.variable) c.batch.assigned.push({ variable: token.value, clean: false, from: [] })
  }
  return token.kind === Kind.string && c.batch.literals ? { name, value, text: token.value } : { name, value }
}

const argumentValue = (c: Cursor): Expression => {
  const token = c.peek()
  if (c.takeSign('-') || c.takeSign('+')) {
    const slot = c.slotAt(c.at)
    if (c.next().kind !== Kind.number) c.fail('a number was expected')
    return { kind: 'literal', type: 'number', slot }
  }
  if (token.kind === Kind.variable) {
    c.at++
    return variable(c, token.value)
  }
  if (token.kind === Kind.word && token.value !== 'null' && token.value !== 'default') {
    c.path()
    return { kind: 'literal', type: 'string' }
  }
  if (token.kind === Kind.quoted) {
    c.at++
    return { kind: 'literal', type: 'string' }
  }
  const value = readSimple(c)
  return value
}

const readSimple = (c: Cursor): Expression => {
  const { kind } = c.peek()
  if (kind === Kind.word) {
    return c.next().value === 'null' ? { kind: 'literal', type: 'null' } : { kind: 'default' }
  }
  const slot = c.slotAt(c.at)
  const { value } = c.next()
  const type = kind === Kind.string ? 'string' : kind === Kind.binary ? 'bit' : 'number'
  return c.batch.literals ? { kind: 'literal', type, slot, value } : { kind: 'literal', type, slot }
}

const recompile = (c: Cursor): void => {
  if (c.takeAll('with', 'recompile')) return
  if (c.is('with')) c.fail('options of EXECUTE are not read')
}

/** `EXEC ('…' + '…')`: a constant text is read like any other, anything else is not known. */
const executeText = (c: Cursor): Statement => {
  const text = c.parenthesised(() => constantText(c))
  if (c.is('as') || c.is('at')) c.fail('EXECUTE of a text as another user or elsewhere is not read')
  return text === undefined ? unknownText : inner(c, text, [])
}

/** What is run is not known; that it ends with its text is. */
const unknownText: Procedural = {
  kind: 'procedural',
  verb: 'execute',
  expressions: [],
  statements: [{ kind: 'opaque', reason: 'the text that is run is no constant' }],
  returns: true,
}

/** `'…' + N'…'`; undefined where anything but a constant is among it. */
const constantText = (c: Cursor): string | undefined => {
  let joined: string | undefined = ''
  do {
    const { kind, value } = c.next()
    if (kind === Kind.string) joined = joined === undefined ? undefined : joined + value
    else if (kind === Kind.variable) joined = undefined
    else c.fail('the text that is run is no constant')
  } while (c.takeSign('+'))
  return joined
}

/** `sp_executesql N'…', N'@p int', @p = 1`. */
const dynamic = (c: Cursor, args: readonly Argument[]): Statement => {
  const [first] = args
  if (
    first?.text === undefined ||
    (first.name !== null && first.name !== '@stmt' && first.name !== '@statement')
  )
    return unknownText
  return inner(
    c,
    first.text,
    args.slice(1).map(({ value }) => value),
  )
}

/** The statements of a text that is run: its variables are its own. */
const inner = (c: Cursor, text: string, expressions: readonly Expression[]): Procedural => {
  if (!c.batch.literals) return c.fail('the text that is run is not known')
  const within = new Cursor(
    tokensOf(text, c.batch.quotedIdentifier),
    {
      ...c.batch,
      // Values go in as parameters and come out by OUTPUT: nothing in there is known to be clean.
      tainted: { has: () => true } as unknown as ReadonlySet<string>,
      assigned: [],
      parameters: new Map(),
    },
    c.rules,
  )
  const statements = c.deeper(() => readStatements(within))
  return { kind: 'procedural', verb: 'execute', expressions, statements, returns: true }
}

const tokensOf = (text: string, quotedIdentifier: boolean): Token[] => {
  const lexer = new Lexer(text, quotedIdentifier)
  const tokens: Token[] = []
  for (let token = lexer.next(); token.kind !== Kind.end; token = lexer.next()) tokens.push(token)
  return tokens
}

/** `INSERT … EXEC p`: rows of unknown origin. A text that is run is not read here. */
export const readExecuteSource = (c: Cursor): Query => {
  const from = c.at
  const run = readExecute(c)
  // The rows of a text that is run are not followed.
  const call = run.kind === 'call-procedure' ? run.call : systemCall('@execute')
  c.cut(from, selectOne)
  return {
    ...emptySelect,
    targets: [{ kind: 'target', expression: { kind: 'star', qualifier: [] } }],
    from: [{ kind: 'function-table', calls: [call], columnAliases: [], lateral: false }],
  }
}

const selectOne: readonly Token[] = [
  { kind: Kind.word, value: 'select', start: 0, end: 0 },
  { kind: Kind.number, value: '1', start: 0, end: 0 },
]
