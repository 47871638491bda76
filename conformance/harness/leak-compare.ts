import { backend } from '@sluice/adapter-postgres/messages/codes'

/** The first id that is not the system's own (access/transam.h, FirstNormalObjectId). */
const FIRST_USER_OID = 16_384

/**
 * What differs from run to run in an answer that is made of it: times, positions in the log, pages with
 * them, schemas named by a session's number, and how wide all that is.
 */
const VOLATILE =
  /pg_temp_\d+|time=[\d.]+|Time: [\d.]+|shared hit=\d+|0\/[0-9A-F]+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?|\\x[0-9a-f]{60,}|[^ -~]/g

/**
 * What a server sent, without what two runs on two databases of one server never have in common: ids of tables and
 * types that they made, in descriptions; the process that notifies; the names of the databases, of equal length.
 * Everything else is there to the byte, in its order. `steady`: all but what a clock or the log's position makes of
 * texts; `types`: which messages came.
 */
export function comparableBytes(
  bytes: string,
  names: RegExp,
  kept: 'all' | 'steady' | 'types',
): readonly string[] {
  const all = Buffer.from(bytes, 'latin1')
  const messages: string[] = []
  for (let at = 0; at + 5 <= all.length; ) {
    const end = at + 1 + all.readInt32BE(at + 1)
    const frame = Buffer.from(all.subarray(at, end))
    const type = frame[0]
    if (type === backend.RowDescription) forgetIds(frame)
    if (type === backend.NotificationResponse) frame.fill(0, 5, 9)
    const text = frame.toString('latin1').replaceAll(names, '<name>')
    // Its length hangs on the widths of its parts.
    const steady = text.slice(0, 1) + text.slice(5).replaceAll(VOLATILE, '')
    messages.push(kept === 'all' ? text : kept === 'steady' ? steady : text.slice(0, 1))
    at = end
  }
  return messages
}

/** RowDescription: after a field's name its table, its column's number, its type, and eight more bytes. */
function forgetIds(frame: Buffer): void {
  for (let at = 7; at < frame.length; ) {
    const field = frame.indexOf(0, at) + 1
    frame.writeUInt32BE(0, field)
    if (frame.readUInt32BE(field + 6) >= FIRST_USER_OID) frame.writeUInt32BE(0, field + 6)
    at = field + 18
  }
}
