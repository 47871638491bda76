import { ERR_HEADER } from '@sluice/adapter-mysql/messages/err-packet'
import { packetsIn } from './mysql-wire.ts'

/** Length of COM_STMT_PREPARE's answer, in bytes. */
const PREPARED_BYTES = 12

/**
 * What a server sent, without what two sessions at one server never have in common: the ids of prepared statements, and
 * the names of the databases, of equal length. Everything else is there to the byte, in its order. `errors`: only
 * which commands failed.
 */
export function comparablePackets(bytes: string, names: RegExp, kept: 'all' | 'errors'): readonly string[] {
  const packets = packetsIn(Buffer.from(bytes, 'latin1'))
  if (kept === 'errors')
    return packets
      .filter(({ sequence }) => sequence === 1)
      .map(({ payload }) => (payload[0] === ERR_HEADER ? 'error' : 'answer'))
  return packets.map(({ sequence, payload }) => {
    const frame = Buffer.from(payload)
    if (sequence === 1 && frame[0] === 0 && frame.length === PREPARED_BYTES) frame.fill(0, 1, 5)
    return `${sequence} ${frame.toString('latin1').replaceAll(names, '<name>')}`
  })
}
