import { Client, type QueryResult } from 'pg'
import { AGENT_LOGIN, ana, dora } from './people.ts'
import { heading, note, refusal, resultRows, type Screen, statement } from './screen.ts'
import { UPSTREAM } from './shop.ts'

/** Where the gateway is, and how to get in. */
type Entrance = {
  readonly host: string
  readonly port: number
  /** PEM of the authority that signed the gateway's certificate. */
  readonly ca: string
  /** The agent's JSON Web Token. */
  readonly agentToken: string
}

type Login = { readonly name: string; readonly password: string }

/** A gateway that takes longer is broken, and the tour says so rather than wait. */
const ANSWER_TIMEOUT_MS = 20_000

/** The query that everybody sends. */
const CUSTOMERS_QUERY =
  'select full_name, email, phone, card_number, notes from customers order by id limit 3'

/** Sessions that the tour opens. */
export const TOUR_SESSIONS = 6

/** The same query as three principals, then what is refused. Rejects when a refusal did not come. */
export async function walkThrough(screen: Screen, entrance: Entrance): Promise<void> {
  const asAna = { name: ana.login, password: ana.password }
  const asAgent = { name: AGENT_LOGIN, password: entrance.agentToken }

  heading(screen, 1, 'Ana is an analyst. She asks for three customers:')
  await show(screen, entrance, asAna, CUSTOMERS_QUERY)

  heading(screen, 2, 'Dora is the data-protection officer. The same query:')
  await show(screen, entrance, { name: dora.login, password: dora.password }, CUSTOMERS_QUERY)

  heading(screen, 3, 'An AI agent acts for Ana, and proves it with a signed token. The same query:')
  await show(screen, entrance, asAgent, CUSTOMERS_QUERY)

  heading(screen, 4, 'No alias, expression or whole row gets around a mask:')
  await show(
    screen,
    entrance,
    asAna,
    "select upper(email) as x, email || '' as y, row_to_json(c)->>'phone' as z from customers c order by id limit 2",
  )
  await show(
    screen,
    entrance,
    asAna,
    'select count(*) as customers, count(distinct country) as countries from customers',
  )

  heading(screen, 5, 'What the policy refuses never reaches the database, and the session goes on:')
  await withClient(entrance, asAna, async (client) => {
    await showRefused(screen, client, asAna, 'drop table customers')
    await showRefused(screen, client, asAna, 'delete from orders')
    const sql = 'select count(*) as orders from orders'
    statement(screen, asAna.name, sql)
    resultRows(screen, await client.query(sql))
  })
}

async function show(screen: Screen, entrance: Entrance, login: Login, sql: string): Promise<void> {
  statement(screen, login.name, sql)
  const result = await withClient(entrance, login, (client) => client.query(sql))
  resultRows(screen, result as QueryResult<Record<string, unknown>>)
}

async function showRefused(screen: Screen, client: Client, login: Login, sql: string): Promise<void> {
  statement(screen, login.name, sql)
  const outcome = await client.query(sql).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (!outcome) throw new Error(`\`${sql}\` was not refused: the policy of the demo is not in force`)
  refusal(screen, outcome.error)
  note(screen, '')
}

async function withClient<T>(
  entrance: Entrance,
  login: Login,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    host: entrance.host,
    port: entrance.port,
    database: UPSTREAM.database,
    user: login.name,
    password: login.password,
    ssl: { ca: entrance.ca },
    application_name: 'demo',
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
