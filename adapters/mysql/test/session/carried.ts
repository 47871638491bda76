import type { Governance } from '@sluice/gateway/session/governance'
import { ana } from '@sluice/testkit/governed'
import { socketPair } from '@sluice/testkit/loopback'
import { Framer } from '../../src/framing/framer.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { encodeColumnCount } from '../../src/messages/column-count.ts'
import { type ColumnDefinition41, encodeColumnDefinition41 } from '../../src/messages/column-definition-41.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComQuery } from '../../src/messages/com-query.ts'
import { encodeEofPacket } from '../../src/messages/eof-packet.ts'
import { encodeOkPacket } from '../../src/messages/ok-packet.ts'
import { status } from '../../src/messages/status-flags.ts'
import { encodeTextResultsetRow } from '../../src/messages/text-resultset-row.ts'
import { ConnectionRegister } from '../../src/session/connections.ts'
import { type LiveSession, runSession } from '../../src/session/run-session.ts'
import { maskerFor } from '../../src/values/masker.ts'
import { Talker } from './talker.ts'

/** What is agreed on with both sides: the older form of everything. */
export const FLAGS: number =
  (capability.PROTOCOL_41 |
    capability.SECURE_CONNECTION |
    capability.PLUGIN_AUTH |
    capability.MULTI_RESULTS |
    capability.PS_MULTI_RESULTS) >>>
  0

/** Longest message of either side, in bytes. */
export const MAX_FRAME_BYTES: number = 1 << 20

/** A session between a client and a database that are both in the test's hands. */
export type Carried = {
  readonly client: Talker
  /** Answers the gateway's own question by itself; the rest is for the test. */
  readonly database: Talker
  readonly live: LiveSession
  /** What the gateway's own log was told. */
  readonly reports: readonly unknown[]
  /** Bytes of the session's that the gateway holds now, in all its buffers. */
  readonly held: () => number
  readonly close: () => void
}

/** What the database says to a command, if anything; `sequence` 1 is the first packet of an answer. */
export type Says = (command: Buffer, database: Talker) => void

/** What is wished for beside the usual. */
export type Wish = {
  readonly flags?: number
  readonly question?: readonly Buffer[]
  readonly cancelUpstream?: () => Promise<void>
}

/** Starts a session. */
export async function carried(
  governance: Governance,
  says: Says = () => undefined,
  {
    flags = FLAGS,
    question = answerOf(ASKED, ['', 'utf8mb4', 'shop', '0']),
    cancelUpstream = () => Promise.resolve(),
  }: Wish = {},
): Promise<Carried> {
  const toClient = await socketPair()
  const toDatabase = await socketPair()
  const clientFramer = new Framer({ fault: 'client', maxFrameBytes: MAX_FRAME_BYTES })
  const upstreamFramer = new Framer({ fault: 'upstream', maxFrameBytes: MAX_FRAME_BYTES })
  const capabilities = { flags, extended: 0 }
  const close = (): void => {
    toClient.close()
    toDatabase.close()
  }
  const reports: unknown[] = []
  const live = begun(close, () =>
    runSession(
      { client: toClient.near, clientFramer, upstream: toDatabase.near, upstreamFramer },
      {
        governance,
        who: ana,
        maskerFor: maskerFor(Buffer.alloc(32, 1)),
        capabilities,
        upstreamCapabilities: capabilities,
        connections: new ConnectionRegister(),
        connectionId: 1,
        upstreamId: 7,
        status: 2,
        cancelUpstream,
        report: (error) => reports.push(error),
        server: { mariadb: true, version: 101_119 },
        characterSet: 'utf8mb4',
      },
    ),
  )
  const database: Talker = new Talker(toDatabase.far, ({ payload }) => {
    const asked = payload.includes('@@session.sql_mode')
    if (asked) database.say(1, ...question)
    else says(payload, database)
    return asked
  })
  const client = new Talker(toClient.far)
  live.start()
  return {
    client,
    database,
    live,
    reports,
    held: () =>
      [toClient.near, toDatabase.near].reduce(
        (sum, leg) => sum + leg.readableLength + leg.writableLength,
        0,
      ) +
      clientFramer.buffered +
      upstreamFramer.buffered +
      live.session.toClient.waitingBytes +
      live.session.toUpstream.waitingBytes,
    close,
  }
}

/** Leaves nothing open behind a session that does not begin. */
const begun = (close: () => void, run: () => LiveSession): LiveSession => {
  try {
    return run()
  } catch (error) {
    close()
    throw error
  }
}

/** A text of the client. */
export const queryOf = (sql: string): Buffer => encodeComQuery({ sql, attributes: [] }, FLAGS)

/** A text column as a server describes it. */
export const columnOf = (
  name: string,
  orgTable = '',
  orgName = '',
  changes: Partial<ColumnDefinition41> = {},
): ColumnDefinition41 => ({
  catalog: 'def',
  schema: orgTable === '' ? '' : 'shop',
  table: orgTable,
  orgTable,
  name,
  orgName,
  metadata: new Map(),
  collation: 45,
  length: 400,
  type: columnType.VAR_STRING,
  flags: 0,
  decimals: 0,
  ...changes,
})

/** Its message. */
export const definition = (column: ColumnDefinition41): Buffer =>
  encodeColumnDefinition41(column, { extended: 0 })

/** How many columns follow. */
export const count = (columns: number): Buffer => encodeColumnCount({ columns })

/** A row of texts. */
export const rowOf = (...values: readonly (string | null)[]): Buffer =>
  encodeTextResultsetRow({ values: values.map((value) => (value === null ? null : Buffer.from(value))) })

/** The end of definitions or of rows. */
export const eof = (flags = 0): Buffer => encodeEofPacket({ warnings: 0, status: status.AUTOCOMMIT | flags })

/** OK without rows. */
export const ok = (flags = 0): Buffer =>
  encodeOkPacket(
    {
      header: 0,
      affectedRows: 0n,
      lastInsertId: 0n,
      status: status.AUTOCOMMIT | flags,
      warnings: 0,
      info: '',
      changes: [],
    },
    FLAGS,
  )

/** A whole answer to a text. */
export const answerOf = (
  columns: readonly ColumnDefinition41[],
  ...rows: readonly (readonly (string | null)[])[]
): readonly Buffer[] => [
  count(columns.length),
  ...columns.map(definition),
  eof(),
  ...rows.map((values) => rowOf(...values)),
  eof(),
]

const ASKED = ['mode', 'charset', 'database', 'lower_case'].map((name) => columnOf(name))
