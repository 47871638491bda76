import { diagram } from '@sluice/wire/states/diagram'
import { clientLeg } from './client-leg.ts'
import { unlisted } from './unlisted.ts'
import { upstreamLeg } from './upstream-leg.ts'

/** The page `docs/mysql-states.md`, made from the tables. */
export function statesDocument(): string {
  const refused = Object.entries(unlisted).map(([name, reason]) => `| ${name} | ${reason} |`)
  return `# Which message of MySQL and MariaDB may come when

Made from the state tables in \`adapters/mysql/src/states/\`, which drive every session: a reply of the database that is
not listed there ends it. Messages that leave a state as it is are left out. Write this page anew with
\`pnpm diagrams\`.

## Between client and gateway

\`\`\`mermaid
${diagram([clientLeg.client, clientLeg.gateway])}\`\`\`

## Between gateway and database

A state is what the database owes for the one command it was sent.

\`\`\`mermaid
${diagram([upstreamLeg.upstream])}\`\`\`

## Commands that are refused

The client gets an error and the session goes on.

| command | why, or what to do instead |
| --- | --- |
${refused.join('\n')}
`
}
