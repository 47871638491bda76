import type { Facts } from '@sluice/core/analysis/facts'
import type { Deny } from '@sluice/core/policy/decision'
import { characterBorder, tellable } from '@sluice/wire/text'
import type { MysqlModes } from '../dialect/modes.ts'
import { encodeErrPacket } from '../messages/err-packet.ts'
import { type Errno, errno, sqlStateOf } from './errno.ts'

/** What the gateway tells a client that it refuses: native number, what was refused and why, what to do next. */
export type Refusal = {
  readonly code: Errno
  /** Lower-case, the thing named in backticks. */
  readonly message: string
  /** Empty: there is none. */
  readonly hint: string
}

/** A text without any statement, in the server's own words. */
export const emptyQuery: Refusal = { code: errno.emptyQuery, message: 'Query was empty', hint: '' }

/** What clients keep of a message, in bytes: MYSQL_ERRMSG_SIZE without its ending zero. */
export const MESSAGE_BYTES = 511

/** The payload of an ERR packet, after which the session goes on. INVARIANT (session-survives-deny). */
export const errorReply = ({ code, message, hint }: Refusal): Buffer =>
  encodeErrPacket({ code, sqlState: sqlStateOf(code), message: withHint(tellable(message), tellable(hint)) })

/** What a denial is answered with. */
export const refusalOf = ({ message, hint }: Deny, facts: Facts, server: Server): Refusal => ({
  code: facts.clientFile === true ? fileErrno(server) : deniedErrno(facts),
  message,
  hint,
})

type Server = Pick<MysqlModes, 'mariadb' | 'version'>

/** As the server would say it where one side has turned files of the client off. */
const fileErrno = ({ mariadb, version }: Server): Errno => {
  if (mariadb) return version >= MARIADB_10_5 ? errno.localFilesDisabledMariadb : errno.notAllowed
  return version >= MYSQL_8 ? errno.localFilesDisabled : errno.notAllowed
}

const MARIADB_10_5 = 100_500
const MYSQL_8 = 80_000

/** As the server would say it of a login without the right. */
const deniedErrno = ({ tables, opaque }: Facts): Errno => {
  if (opaque !== undefined) return errno.optionPreventsStatement
  return tables.length > 0 ? errno.tableAccessDenied : errno.specificAccessDenied
}

/** The protocol has one text: the hint stands behind the message. Where there is not room for both, the message counts. */
const withHint = (message: string, hint: string): string => {
  const both = hint === '' ? message : `${message}; ${hint}`
  if (Buffer.byteLength(both) <= MESSAGE_BYTES) return both
  const room = hint === '' ? MESSAGE_BYTES : MESSAGE_BYTES - Buffer.byteLength(`; ${hint}`)
  return room < MESSAGE_BYTES / 2
    ? cut(both, MESSAGE_BYTES)
    : `${cut(message, room)}${hint === '' ? '' : `; ${hint}`}`
}

const ELLIPSIS = '…'

const cut = (text: string, most: number): string => {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= most) return text
  const end = characterBorder(bytes, most - Buffer.byteLength(ELLIPSIS))
  return `${bytes.toString('utf8', 0, end)}${ELLIPSIS}`
}
