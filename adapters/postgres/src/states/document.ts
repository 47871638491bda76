import { diagram } from '@sluice/wire/states/diagram'
import { clientLeg } from './client-leg.ts'
import { upstreamLeg } from './upstream-leg.ts'

/** The page `docs/postgresql-states.md`, made from the tables. */
export function statesDocument(): string {
  return `# Which PostgreSQL message may come when

Made from the state tables in \`adapters/postgres/src/states/\`, which drive every session: what is not listed there ends
it. Messages that leave a state as it is are left out. Write this page anew with
\`pnpm diagrams\`.

## Between client and gateway

\`\`\`mermaid
${diagram([clientLeg.client, clientLeg.gateway])}\`\`\`

## Between gateway and database

A state is what the database owes for one message sent to it; messages that were sent ahead queue one each.

\`\`\`mermaid
${diagram([upstreamLeg.upstream])}\`\`\`
`
}
