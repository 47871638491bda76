import { serveParser } from '@sluice/reading/serve-parser'
import type { Source } from './protocol.ts'
import { readSource } from './read-statement.ts'

/** Has both readers load and compile what they need: the first statement must not run out of time for it. */
const warmUp = (): void => {
  const text =
    'select a.b, count(*) as n from t as a left join u on u.c = a.c where a.d in (1, @p) group by a.b'
  readSource({ text, literals: false, quotedIdentifier: true, tainted: [] })
}

warmUp()
serveParser<Source>(readSource)
