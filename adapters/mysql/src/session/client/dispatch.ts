import type { Unread } from '@sluice/gateway/pipeline/unread'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import { type Frame, NO_TYPE } from '../../framing/frame-piece.ts'
import { type CommandName, command, commandName } from '../../messages/commands.ts'
import { errno } from '../../replies/errno.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { unlisted } from '../../states/unlisted.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { WireSession } from '../wire-session.ts'
import { handleBulkExecute } from './bulk-execute.ts'
import { handleFieldList, handleInitDb } from './database.ts'
import { handleExecute } from './execute.ts'
import { handleFetch } from './fetch.ts'
import { handleProcessKill } from './kill.ts'
import { handleLongData } from './long-data.ts'
import { handleChangeUser, handlePing, handleSetOption, handleStatistics } from './plain.ts'
import { handlePrepare } from './prepare.ts'
import { handleQuery } from './query.ts'
import { handleResetConnection } from './reset-connection.ts'
import { handleClose, handleReset } from './statement-end.ts'
import { unable } from './unable.ts'

type Handler = (session: WireSession, frame: Frame) => void | Promise<void>

/** Every command that is carried. INVARIANT (no-unread-bytes): there is no default. */
const handlers: ReadonlyMap<CommandName, Handler> = new Map<CommandName, Handler>([
  ['COM_QUERY', handleQuery],
  ['COM_STMT_PREPARE', handlePrepare],
  ['COM_STMT_EXECUTE', handleExecute],
  ['COM_STMT_BULK_EXECUTE', handleBulkExecute],
  ['COM_STMT_FETCH', handleFetch],
  ['COM_STMT_SEND_LONG_DATA', handleLongData],
  ['COM_STMT_RESET', handleReset],
  ['COM_STMT_CLOSE', handleClose],
  ['COM_INIT_DB', handleInitDb],
  ['COM_FIELD_LIST', handleFieldList],
  ['COM_PING', handlePing],
  ['COM_STATISTICS', handleStatistics],
  ['COM_RESET_CONNECTION', handleResetConnection],
  ['COM_CHANGE_USER', handleChangeUser],
  ['COM_SET_OPTION', handleSetOption],
  ['COM_PROCESS_KILL', handleProcessKill],
])

/** Handles one command of the client. Commands are handled strictly one after the other. */
export function handleCommand(session: WireSession, frame: Frame): void | Promise<void> {
  if (frame.type === command.COM_QUIT) {
    session.terminated = true
    session.depart('client ended the session')
    return undefined
  }
  const name = commandName(frame.type)
  const handler = name === undefined ? undefined : handlers.get(name)
  const kept = frame.keep()
  session.sent = false
  try {
    if (handler === undefined) {
      refuseUnread(session, unreadOf(kept), refusedCommand(frame.type, name))
      return undefined
    }
    const handled = handler(session, kept)
    return handled instanceof Promise
      ? handled.catch((error: unknown) => unable(session, unreadOf(kept), error))
      : undefined
  } catch (error) {
    return unable(session, unreadOf(kept), error)
  }
}

/** INVARIANT (no-unread-bytes): what is not known, or not carried, is answered by an error and never forwarded. */
function refusedCommand(type: number, name: CommandName | undefined): Refusal {
  const hint = name === undefined ? 'check the driver’s version' : (unlisted[name] ?? '')
  return { code: errno.unknownCommand, message: `${nameOf(type, name)} is not carried by the gateway`, hint }
}

/** Commands that are a text. */
const texts: ReadonlySet<number> = new Set([command.COM_QUERY, command.COM_STMT_PREPARE])

function unreadOf({ type, payload }: Frame): Unread {
  const traceparent = texts.has(type) ? traceparentIn(payload.toString('latin1')) : undefined
  return { what: nameOf(type, commandName(type)), bytes: payload.length, traceparent }
}

function nameOf(type: number, name: CommandName | undefined): string {
  if (type === NO_TYPE) return 'a command without a byte'
  return name === undefined ? `command 0x${type.toString(16)}` : `\`${name}\``
}
