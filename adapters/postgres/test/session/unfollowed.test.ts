import { expect, test } from '@jest/globals'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import { type FlowLedger, FlowsUnwritable } from '@sluice/gateway/ports/flow-ledger'
import { HeldJournal } from '@sluice/testkit/governed'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Heard } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()

/** Keeps what the first `kept` statements move, and can keep no more. */
class FullLedger implements FlowLedger {
  undone = 0
  #kept: number
  constructor(kept: number) {
    this.#kept = kept
  }
  follow() {
    if (this.#kept === 0) throw new FlowsUnwritable('what it moves cannot be kept')
    this.#kept -= 1
    return {
      confirm: () => undefined,
      undo: () => {
        this.undone += 1
      },
    }
  }
  foreseen() {
    return undefined
  }
}

const MOVES = 'INSERT INTO audit_log (note) SELECT email FROM customers'
const replies: Readonly<Record<string, Buffer>> = {
  Parse: encodeParseComplete(),
  Bind: encodeBindComplete(),
  Sync: encodeReadyForQuery({ status: 'I' }),
}

/** The database refuses what is not SQL. */
const answer = ({ name, payload }: Heard): Buffer | undefined =>
  name === 'Parse' && payload.includes('refused by sluice')
    ? encodeErrorResponse({ fields: new Map(Object.entries({ S: 'ERROR', C: '42601', M: 'syntax error' })) })
    : replies[name]

const EXECUTED = Buffer.concat([
  encodeParse({ name: '', sql: MOVES, parameterTypes: [] }),
  encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] }),
  encodeExecute({ portal: '', maxRows: 0 }),
  encodeSync(),
])

test.each([
  ['a Query', encodeQuery({ sql: MOVES }), 0, 1],
  ['the second statement of a text', encodeQuery({ sql: `${MOVES}; ${MOVES}` }), 1, 2],
  ['an Execute', EXECUTED, 0, 1],
])(
  '%s that moves what cannot be kept is not sent, and its record says so',
  async (_what, sent, kept, records) => {
    const journal = new HeldJournal()
    journal.release(Number.POSITIVE_INFINITY)
    const flows = new FullLedger(kept)
    const { client, database } = await shop.carried({ ...shop.governed({ audit: journal }), flows }, answer)
    client.say(sent)
    await client.until((names) => names.includes('ReadyForQuery'))
    expect(client.error).toBe('58030')
    expect(database.names.filter((name) => name === 'Query' || name === 'Execute')).toEqual([])
    const closed = journal.entries.filter((entry) => entry.type === 'statement.closed')
    expect(closed.map(({ outcome, code }) => [outcome, code])).toEqual(
      Array.from({ length: records }, () => ['refused', '58030']),
    )
    expect(flows.undone).toBe(kept)
  },
)

const NOT_UTF8 = Buffer.concat([
  Buffer.from('51000000', 'hex'),
  Buffer.from([13]),
  Buffer.from('select \xff\0', 'latin1'),
])
const UNREAD = 'SELECT note FROM audit_log AS read_by_nobody'

test.each([
  [
    'a name that cannot be followed',
    encodeParse({ name: 'é', sql: UNREAD, parameterTypes: [] }),
    '0A000',
    /^Parse of \d+ bytes/,
  ],
  ['a text that is no UTF-8', NOT_UTF8, '22021', /^Query of 9 bytes/],
  ['a catalog that cannot be read', encodeQuery({ sql: UNREAD }), '57P03', /^Query of \d+ bytes/],
])(
  '%s: what is refused before it is read is recorded, and nothing of what it says',
  async (_what, sent, code, opaque) => {
    const journal = new HeldJournal()
    journal.release(Number.POSITIVE_INFINITY)
    const governed = shop.governed({ audit: journal })
    const none = new CatalogUnavailable('the catalog cannot be read')
    const catalog = { ...governed.catalog, current: () => undefined, settled: () => Promise.reject(none) }
    const isThere = code !== '57P03'
    const { client } = await shop.carried(isThere ? governed : { ...governed, catalog }, answer)
    client.say(Buffer.concat([sent, encodeSync()]))
    await client.until((names) => names.includes('ReadyForQuery'))
    expect(client.error).toBe(code)
    const [opened, closed] = journal.entries.filter(({ type }) => type.startsWith('statement.'))
    expect(opened).toMatchObject({ verb: 'opaque', decision: 'deny', rules: [{ id: 'sluice:unread' }] })
    expect(opened).toHaveProperty('opaque', expect.stringMatching(opaque))
    expect(JSON.stringify(opened)).not.toContain('audit_log')
    expect(closed).toMatchObject({ outcome: 'refused', code })
  },
)
