import { serveParser } from '@sluice/reading/serve-parser'
import { read, type Source } from './read.ts'

serveParser((source: Source, treeDepth) => read(source, treeDepth))
