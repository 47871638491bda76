import type { Fault } from '../violation.ts'

/**
 * What one role may send: state → message → next state. A state is named by what it expects.
 * INVARIANT (no-unread-bytes): what is not listed ends the session; there is no default.
 */
export type StateTable<State extends string = string, Message extends string = string> = {
  /** Who sends the messages listed here. */
  readonly role: Fault
  readonly states: Readonly<Record<State, Readonly<Partial<Record<Message, State>>>>>
}
