import { ProtocolViolation } from '@sluice/wire/violation'
import type { StateTable } from './table.ts'

/**
 * The state after `message` in `state`. Throws ProtocolViolation (reason `unexpected`, fault: the table's role)
 * when the table does not list it.
 */
export function advance<State extends string, Message extends string>(
  table: StateTable<State, Message>,
  state: State,
  message: Message,
): State {
  const row = table.states[state]
  // `hasOwn`, so that a name like `constructor` finds nothing on the prototype.
  const next = row !== undefined && Object.hasOwn(row, message) ? row[message] : undefined
  if (next === undefined) {
    throw new ProtocolViolation(
      table.role,
      'unexpected',
      `message \`${message}\` may not come in state \`${state}\`; reconnect and check the software that sent it`,
    )
  }
  return next
}
