/** Which of all types of messages are among these: 1 where one is. For questions that every message is asked. */
export function typeFlags(types: readonly number[]): Uint8Array {
  const flags = new Uint8Array(256)
  for (const type of types) flags[type] = 1
  return flags
}
