// node-postgres. Usage: node-postgres.mjs URL plain|masked. Prints a line for each thing that a program sees.
import { readFileSync } from 'node:fs'
import pg from 'pg'
import Cursor from 'pg-cursor'

const [url, mode] = process.argv.slice(2)
const types = readFileSync(new URL('types.sql', import.meta.url), 'utf8')
const show = (title, value) => console.log(`${title}: ${JSON.stringify(value)}`)

const columns = (title, { rows, fields }) => {
  for (const row of rows) {
    for (const { name, dataTypeID, format } of fields) show(title, [name, dataTypeID, format, row[name]])
  }
}

async function plain(client) {
  show('connect', client.processID > 0)
  columns('simple', await client.query("SELECT 1 AS a, 'x' AS b"))
  for (const number of [0, 1, 2, 3]) {
    const query = { name: 'doubled', text: 'SELECT $1::int * 2 AS doubled', values: [number] }
    show('prepared', (await client.query(query)).rows)
  }
  columns('types in text', await client.query(types))
  columns('types in binary', await client.query({ text: types, values: [], binary: true, types: asBytes }))
  const values = [1, 2.5, '1.10', 'ä', Buffer.from([0, 255]), new Date(0), [1, 2], { a: 1 }, null]
  const names = ['int', 'float8', 'numeric', 'text', 'bytea', 'timestamptz', 'int[]', 'jsonb', 'text']
  const marks = names.map((name, i) => `$${i + 1}::${name} AS p${i}`).join(', ')
  columns('parameters', await client.query(`SELECT ${marks}`, values))
  for (const text of ['SELECT 1/0', 'SELECT nothing', 'SELEC', "INSERT INTO products VALUES (1, 'x', 1)"]) {
    await client.query(text).catch(({ code, message, detail, position, constraint }) => {
      show('errors', [code, message, detail, position, constraint])
    })
  }
  await client.query('CREATE TABLE smoke (id int PRIMARY KEY, name text)')
  await client.query('BEGIN')
  await client.query("INSERT INTO smoke VALUES (1, 'gone')")
  await client.query('ROLLBACK')
  for (const id of [2, 3, 4]) {
    const { command, rowCount } = await client.query('INSERT INTO smoke VALUES ($1, $2)', [id, 'kept'])
    show('transaction', [command, rowCount])
  }
  columns('transaction', await client.query('SELECT * FROM smoke ORDER BY id'))
  const cursor = client.query(new Cursor('SELECT id FROM smoke ORDER BY id'))
  show('cursor', [await cursor.read(2), await cursor.read(2)])
  await cursor.close()
  await cancelling(client)
  await client.query('DROP TABLE smoke')
}

const asBytes = { getTypeParser: () => (value) => (Buffer.isBuffer(value) ? value.toString('hex') : value) }

async function cancelling(client) {
  const slow = client.query(new pg.Query('SELECT pg_sleep(30)'))
  const ended = new Promise((resolve) => slow.on('error', ({ code, message }) => resolve([code, message])))
  await new Promise((resolve) => setTimeout(resolve, 500))
  // The driver sends a CancelRequest without TLS only.
  new pg.Client({ host: client.host, port: client.port }).cancel(client, slow)
  show('cancel', await ended)
}

async function masked(client) {
  columns('masked', await client.query('SELECT * FROM customers WHERE id = $1', [1]))
  columns('masked', await client.query('SELECT * FROM every_type'))
  const text = 'SELECT * FROM customers WHERE id = $1'
  columns('masked', await client.query({ text, values: [2], binary: true }))
}

const client = new pg.Client({ connectionString: url })
await client.connect()
await (mode === 'plain' ? plain : masked)(client)
await client.end()
show('end', 'done')
