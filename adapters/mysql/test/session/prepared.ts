import { expect } from '@jest/globals'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { decodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import type { Parameter } from '../../src/messages/parameters.ts'
import { FLAGS } from './carried.ts'
import type { Talker } from './talker.ts'

/** Prepares a statement of so many placeholders and columns; its id. */
export const prepare = async (
  client: Talker,
  sql: string,
  placeholders: number,
  columns: number,
): Promise<number> => {
  const definitions = [placeholders, columns].map((n) => (n === 0 ? 0 : n + 1)).reduce((a, b) => a + b)
  const [first = Buffer.alloc(0)] = await client.packets(encodeComStmtPrepare({ sql }), 1 + definitions)
  const { statementId, ...counts } = decodeComStmtPrepareOk(first)
  expect(counts).toMatchObject({ parameters: placeholders, columns })
  return statementId
}

/** How it is executed; by itself without parameters. */
type Execution = {
  flags?: number
  parameters?: readonly Parameter[]
  newTypes?: boolean
  sent?: readonly number[]
}
/** COM_STMT_EXECUTE. */
export const execute = (
  statementId: number,
  { flags = 0, parameters = [], newTypes = true, sent = [] }: Execution = {},
): Buffer =>
  encodeComStmtExecute(
    { statementId, flags, iterations: 1, newTypes, parameters },
    { flags: FLAGS, placeholders: parameters.length, types: parameters, sent: (i) => sent.includes(i) },
  )
