import { readFileSync } from 'node:fs'
import { postgresDialect } from '../../src/dialect/dialect.ts'

// Reads so many statements that V8 would have optimised the parser by then, and says how much memory that took at most.
const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
const modes = { standardConformingStrings: true }
for (let i = 0; i < 4_000; i++)
  await dialect.read(
    `SELECT a${i}, count(*) FROM t${i} JOIN u USING (id) WHERE b > 1 GROUP BY a${i} ORDER BY 2`,
    modes,
  )
await dialect.close()
// Not what `getrusage` says: there a process begins with what its parent had.
const [, peak] = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
console.log(peak)
