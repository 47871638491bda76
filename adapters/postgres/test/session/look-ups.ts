import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'

type Said = { readonly name: string; readonly payload: Buffer }

/** What the database answers when the gateway asks how names are looked up, up to what ends the question. */
const lookUpAnswer = Buffer.concat([
  encodeParseComplete(),
  encodeBindComplete(),
  encodeDataRow({
    values: [Buffer.from('["pg_catalog","public"]').toString('hex'), 'on', 'UTF8', 'UTF8', '1'].map((value) =>
      Buffer.from(value),
    ),
  }),
  encodeCommandComplete({ tag: 'SELECT 1' }),
  encodeCloseComplete(),
  encodeCloseComplete(),
])

/** Answers the gateway's own question: gives what the database says to a message of it, undefined to all others. */
export const lookUps = (): ((message: Said) => Buffer | undefined) => {
  let asked = false
  return ({ name, payload }) => {
    // Where it can be nothing but a Query, the test answers.
    if (name !== 'Query' && payload.includes('current_schemas')) {
      asked = true
      return lookUpAnswer
    }
    if (!asked) return undefined
    if (payload.includes('sluice_ask')) return Buffer.alloc(0)
    asked = false
    if (name === 'Flush') return Buffer.alloc(0)
    return name === 'Sync' ? encodeReadyForQuery({ status: 'I' }) : undefined
  }
}
