/**
 * Goes on with what is there, or is on its way: at once where it is there, since most is, and a promise costs a turn
 * of the queue for each statement.
 */
export function onceReady<T, R>(value: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}
