import { readFileSync } from 'node:fs'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import type { FormatCode } from '@sluice/adapter-postgres/messages/body'
import { encodeClose } from '@sluice/adapter-postgres/messages/close'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { RawClient, type RawConnection } from './raw-client.ts'

/** One way to try to get at a masked value, as a fixture file has it. */
export type Attack = {
  readonly goal: string
  /** Words in brackets behind the goal: which policy, and what the direct connection does. */
  readonly flags: ReadonlySet<string>
  /** Lines, one after the other. */
  readonly steps: readonly string[]
}

/**
 * Reads a fixture file. `# goal [flags]` begins an attack; each line behind it is a simple query, and one that begins
 * with `\` lists messages of the extended protocol, separated by ` \`, that are sent in one piece.
 */
export function readAttacks(file: URL): readonly Attack[] {
  const attacks: { goal: string; flags: Set<string>; steps: string[] }[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const heading = /^# (.*?)(?: \[([^\]]*)\])?$/.exec(line)
    if (heading) attacks.push({ goal: heading[1] ?? '', flags: new Set(heading[2]?.split(' ')), steps: [] })
    else if (line !== '' && !line.startsWith('--')) attacks.at(-1)?.steps.push(line)
  }
  return attacks
}

/** The attack with its right guesses, and with its wrong ones: `{yes|no}` in its lines. */
export function guesses(one: Attack): readonly [yes: Attack, no: Attack] {
  const guessing = (side: '$1' | '$2'): Attack => ({
    ...one,
    steps: one.steps.map((step) => step.replaceAll(/\{([^{}|]*)\|([^{}|]*)\}/g, side)),
  })
  return [guessing('$1'), guessing('$2')]
}

/** In which format the results of plain lines are asked for; those of the extended protocol say so themselves. */
export type ResultFormat = 'text' | 'binary'

/** The bytes of a line, and how many ReadyForQuery answer them. */
function bytesOf(line: string, format: ResultFormat): { readonly bytes: Buffer; readonly answers: number } {
  if (!line.startsWith('\\')) {
    const wrapped = `\\parse "": ${line} \\bind "" "" binary \\describe portal "" \\execute "" \\sync`
    // The extended protocol takes one statement at a time.
    if (format === 'binary' && !/;./.test(line)) return bytesOf(wrapped, format)
    return { bytes: encodeQuery({ sql: line }), answers: 1 }
  }
  const messages = line.slice(1).split(' \\')
  const answers = messages.filter((message) => /^(sync|query) ?/.test(message)).length
  return { bytes: Buffer.concat(messages.map(messageOf)), answers }
}

/** `parse name: sql`, `bind portal statement [binary]`, `describe|close portal|statement name`, `execute portal [rows]`. */
function messageOf(text: string): Buffer {
  const [verb = '', ...words] = text.split(' ')
  const [first = '', second = '', third = ''] = words.map((word) => word.replace(/^""/, ''))
  switch (verb) {
    case 'parse':
      return encodeParse({ name: first.slice(0, -1), sql: words.slice(1).join(' '), parameterTypes: [] })
    case 'bind':
      return encodeBind({
        portal: first,
        statement: second,
        parameterFormats: [],
        values: [],
        resultFormats: third === 'binary' ? [1 as FormatCode] : [],
      })
    case 'describe':
      return encodeDescribe({ target: first === 'portal' ? 'portal' : 'statement', name: second })
    case 'close':
      return encodeClose({ target: first === 'portal' ? 'portal' : 'statement', name: second })
    case 'execute':
      return encodeExecute({ portal: first, maxRows: Number(second) })
    case 'query':
      return encodeQuery({ sql: words.join(' ') })
    case 'flush':
      return encodeFlush()
    case 'sync':
      return encodeSync()
    default:
      throw new Error(`\`${verb}\` is not a message that the fixture file knows`)
  }
}

/**
 * Runs an attack to its end, whatever the answers, and gives every byte that the server sent, one to a character.
 * `{data}` in it stands for a folder that the server can write to.
 */
export async function attack(
  connection: RawConnection,
  one: Attack,
  data: string,
  format: ResultFormat = 'text',
): Promise<string> {
  const client = await RawClient.login(connection)
  const { bytes } = await attackOn(client, one, data, format)
  client.close()
  return bytes
}

async function attackOn(
  client: RawClient,
  { steps }: Attack,
  data: string,
  format: ResultFormat,
): Promise<{ readonly bytes: string; readonly alive: boolean }> {
  const chunks: Buffer[] = []
  const keep = (chunk: Buffer) => chunks.push(chunk)
  client.stream.on('data', keep)
  let alive = true
  for (let i = 0; i < steps.length && alive; i++) {
    const { bytes, answers } = bytesOf((steps[i] ?? '').replaceAll('{data}', data), format)
    client.send(bytes)
    alive = (await client.ready(answers)).at(-1) !== 'closed'
  }
  client.stream.off('data', keep)
  return { bytes: Buffer.concat(chunks).toString('latin1'), alive }
}

/** Whether asking for the binary format changes what an attack sends. */
export const hangsOnFormat = ({ steps }: Attack): boolean =>
  steps.some((step) => !bytesOf(step, 'text').bytes.equals(bytesOf(step, 'binary').bytes))

/**
 * Sessions that serve one attack after the other, one for each login at a port: logging in is most of an attack's
 * time. Where what an attack left behind in its session cannot be thrown away, the next one logs in anew.
 */
export class Sessions {
  readonly #open = new Map<string, RawClient>()

  async attack(connection: RawConnection, one: Attack, data: string, format: ResultFormat): Promise<string> {
    const key = `${connection.port} ${connection.user} ${connection.database}`
    const client = this.#open.get(key) ?? (await RawClient.login(connection))
    this.#open.delete(key)
    const { bytes, alive } = await attackOn(client, one, data, format)
    if (alive && (await cleared(client))) this.#open.set(key, client)
    else client.close()
    return bytes
  }

  close(): void {
    for (const client of this.#open.values()) client.close()
    this.#open.clear()
  }
}

/** Whether a session is as it was at its login. */
async function cleared(client: RawClient): Promise<boolean> {
  const ended = await client.query('ROLLBACK')
  const thrown = await client.query('DISCARD ALL')
  return [ended, thrown].every((lines) => lines.at(-1) === 'ReadyForQuery I' && !lines.some(isError))
}

const isError = (line: string): boolean => line.startsWith('ErrorResponse')
