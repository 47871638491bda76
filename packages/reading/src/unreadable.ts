/**
 * A text or a tree that this dialect does not understand. Thrown by the lexer and by the lowering, caught where a
 * Reading is made: there it becomes an Opaque statement. `message` is its reason and holds no literal.
 */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}
