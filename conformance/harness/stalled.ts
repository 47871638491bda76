const MIB = 1024 * 1024

/** Rows of a result that nobody reads: a short text that is masked, and a long one that is not. */
export const ROWS = 12
export const ROW_BYTES: number = 8 * MIB
/** What a session may make the gateway hold, beside a row that has to be held whole. */
export const MOST_HELD_BYTES: number = 4 * MIB

export const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: email, effect: mask, columns: "column.name == 'email'", with: { default: redact } }
`

/** Resolves when the database has waited for the gateway at every one of so many looks. */
export async function standsStill(waits: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    waited = (await waits()) ? waited + 1 : 0
  }
}
