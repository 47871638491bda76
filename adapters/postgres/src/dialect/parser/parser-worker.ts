import { serveParser } from '@sluice/reading/serve-parser'
import { loadModule } from 'libpg-query'
import { lower, type Source } from '../lower/lower.ts'
import { parseSql } from './parse.ts'

await loadModule()
serveParser((source: Source, treeDepth) => lower(parseSql(source.text), source, treeDepth))
