import { serveParser } from '@sluice/reading/serve-parser'
import { read, type Source } from './read.ts'

/** What is compiled or loaded at its first use must not count as the time of a client's first statement. */
const warm: Source = {
  text: '\nselect a, count(*) from t join u on t.id = u.id where t.b = 1 and u.c in (1) group by a order by a limit 1',
  modes: {
    ansiQuotes: false,
    noBackslashEscapes: false,
    pipesAsConcat: false,
    lowerCaseTableNames: false,
    mariadb: false,
    version: 0,
  },
}

// Not while the module is evaluated: Node crashes where a thread is ended then.
setImmediate(() => {
  read(warm, 100)
  serveParser((source: Source, treeDepth) => read(source, treeDepth))
})
