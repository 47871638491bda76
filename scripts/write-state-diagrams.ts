// Writes docs/postgresql-states.md from the state tables. Usage: pnpm diagrams
import { writeFileSync } from 'node:fs'
import { statesDocument } from '../adapters/postgres/src/states/document.ts'

writeFileSync(new URL('../docs/postgresql-states.md', import.meta.url), statesDocument())
