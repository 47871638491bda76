/** What `run` throws, which must be of that class: anything else is thrown on, and so is that nothing was. */
export function thrown<E extends Error>(kind: new (...given: never[]) => E, run: () => unknown): E {
  try {
    run()
  } catch (error) {
    if (error instanceof kind) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
