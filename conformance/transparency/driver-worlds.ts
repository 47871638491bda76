import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { issueCertificates } from '@sluice/testkit/certificates'
import { startGateway } from '../harness/gateway.ts'
import { startMysqlSides } from '../harness/mysql-sides.ts'
import { sentinels } from '../harness/shop.ts'
import { type Side, startSideBySide } from '../harness/side-by-side.ts'

/** How a connection is made. `encrypted`: over TLS, with the certificate checked. */
export type Way = 'plain' | 'encrypted'

/** What drivers are tried against: a database directly, through a gateway that allows everything, and through one that masks. */
export type DriverWorld = {
  readonly direct: Side
  readonly through: Side
  readonly masked: Side
  /** How each program is run. */
  readonly ways: readonly Way[]
  /** The default pack, for whom it masks and for whom it does not. */
  readonly pack?: PackWorld
  /** What nobody may see through the gateway that masks. */
  readonly hidden: readonly RegExp[]
  readonly close: () => Promise<void>
}

/** The table `people` through the default pack, and `people_masked`, which holds what the pack makes of it. */
type PackWorld = { readonly analyst: Side; readonly officer: Side }

/** Everything may be done, and of the two tables with values to hide nothing may be seen. */
const MASKED = `
version: 1
rules:
  - { id: everything, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - { id: hidden, effect: mask, with: redact, columns: "column.table in ['customers', 'every_type'] && column.name != 'id'" }
`

/** Values of `types.sql` that no mask would come up with. */
const POSTGRES_VALUES = [/a0eebc99/i, /2b:?01:?02:?03/i, /1234567890123456/, /B374D848/i, /varying/]

/** PostgreSQL, with the types of `types.sql`. */
export async function postgresWorld(): Promise<DriverWorld> {
  const types = await readFile(join(import.meta.dirname, '..', 'drivers', 'smoke', 'types.sql'), 'utf8')
  const { ca, leaf } = await issueCertificates()
  const sides = await startSideBySide('debian', `CREATE TABLE every_type AS ${types}`, leaf)
  const authority = join(sides.gateway.directory, 'database-ca.crt')
  await writeFile(authority, ca.cert)
  const masking = await startGateway({
    upstream: sides.server,
    database: sides.through.database,
    policy: MASKED,
    principals: { [sides.through.user]: { groups: [] } },
  })
  return {
    direct: { ...sides.direct, ca: authority },
    through: sides.through,
    masked: { ...sides.through, port: masking.port, ca: masking.ca },
    ways: ['plain', 'encrypted'],
    hidden: [...sentinels, ...POSTGRES_VALUES],
    close: async () => {
      await masking.close()
      await sides.close()
    },
  }
}

/** The same of `mysql-types.sql`. */
const MARIADB_VALUES = [
  /a0eebc99/i,
  /2001:db8/i,
  /1234567890123456/,
  /18446744073709551615/,
  /838:59/,
  /varying/,
]

/** MariaDB, with the types of `mysql-types.sql`. */
export async function mariadbWorld(): Promise<DriverWorld> {
  const { direct, through, masked, upstream, close } = await startMysqlSides(MASKED)
  const pack = await startGateway({ upstream, database: through.database, system: 'mariadb' })
  const hidden = [...sentinels, ...MARIADB_VALUES]
  return {
    direct,
    through,
    masked,
    pack: {
      analyst: { ...pack.connection('ana'), ca: pack.ca },
      officer: { ...pack.connection('dora'), ca: pack.ca },
    },
    ways: ['plain', 'encrypted'],
    hidden,
    close: async () => {
      await pack.close()
      await close()
    },
  }
}
