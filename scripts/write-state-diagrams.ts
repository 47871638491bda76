// Writes docs/postgresql-states.md and docs/mysql-states.md from the state tables. Usage: pnpm diagrams
import { writeFileSync } from 'node:fs'
import { statesDocument as mysql } from '../adapters/mysql/src/states/document.ts'
import { statesDocument as postgresql } from '../adapters/postgres/src/states/document.ts'

const pages = { postgresql, mysql }

for (const [name, page] of Object.entries(pages))
  writeFileSync(new URL(`../docs/${name}-states.md`, import.meta.url), page())
