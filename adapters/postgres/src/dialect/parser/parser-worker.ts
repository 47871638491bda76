import { setFlagsFromString } from 'node:v8'
import { serveParser } from '@sluice/reading/serve-parser'
import { loadModule } from 'libpg-query'
import { lower, type Source } from '../lower/lower.ts'
import { parseSql } from './parse.ts'

// PostgreSQL's grammar is one function of such a size that V8 needs 550 MB to optimise it, two seconds after the start
// and once more whenever a thread is replaced. As it is first compiled a parse takes 17 µs instead of 13, and all that
// is parsed first less CPU time than the optimising would. V8 looks at these when it makes the code: they have to stay.
setFlagsFromString('--no-wasm-tier-up')
setFlagsFromString('--no-wasm-dynamic-tiering')

await loadModule()
serveParser((source: Source, treeDepth) => lower(parseSql(source.text, source.literals), source, treeDepth))
