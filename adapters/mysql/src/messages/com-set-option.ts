// MySQL: Client/Server Protocol, "COM_SET_OPTION".
import { commandReader, commandWriter } from './body.ts'

/** Turns MULTI_STATEMENTS on (MULTI_STATEMENTS_ON) or off (MULTI_STATEMENTS_OFF). */
export type ComSetOption = { readonly option: number }

/** MYSQL_OPTION_MULTI_STATEMENTS_ON. */
export const MULTI_STATEMENTS_ON = 0
/** MYSQL_OPTION_MULTI_STATEMENTS_OFF. */
const MULTI_STATEMENTS_OFF = 1

/** Reads the payload. Throws ProtocolViolation, also for another option. */
export function decodeComSetOption(payload: Buffer): ComSetOption {
  const reader = commandReader(payload, 'COM_SET_OPTION')
  const message = { option: reader.u16le() }
  reader.end()
  if (message.option > MULTI_STATEMENTS_OFF)
    throw reader.violation(`has the unknown option ${message.option}`)
  return message
}

/** The payload. */
export function encodeComSetOption(message: ComSetOption): Buffer {
  return commandWriter('COM_SET_OPTION').u16le(message.option).finish()
}
