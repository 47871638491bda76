import { serveParser } from '@sluice/reading/serve-parser'
import type { Source } from './protocol.ts'
import { readSource } from './read-statement.ts'

serveParser<Source>(readSource)
