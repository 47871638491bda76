import { rm } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { loadConfig } from '@sluice/config/load'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { mysqlSystem } from '@sluice/server/mysql'
import { issueCertificates, issueClientCertificate } from '@sluice/testkit/certificates'
import { hasMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { Effect } from 'effect'
import { createConnection } from 'mysql2/promise'
import { writeTestConfig } from '../harness/gateway.ts'

const serverTest = hasMariadb ? test : test.skip

serverTest.each([
  [{ ips: ['127.0.0.1'] }, true],
  [{ dnsNames: ['localhost'] }, false],
  [{ ips: ['127.0.0.2'] }, false],
])(
  'INVARIANT (hostile-both-sides): the catalog is read from 127.0.0.1, which shows a certificate for %j: %s',
  async (names, reads) => {
    const { ca } = await issueCertificates()
    const certificate = await issueClientCertificate(ca, {
      commonName: 'database',
      usage: 'server',
      ...names,
    })
    const server = await startMariadb({ accounts: true, certificate })
    const admin = await createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await admin.query("CREATE USER gate@'%' IDENTIFIED BY 'secret'; GRANT ALL ON *.* TO gate@'%'")
    await admin.end()
    const { directory, file } = await writeTestConfig({
      upstream: { host: '127.0.0.1', port: server.port, superuser: 'gate', password: 'secret' },
      database: 'mysql',
      system: 'mariadb',
      upstreamTls: 'verify-full',
      upstreamKeys: 'ca: ./database-ca.crt',
      files: { 'database-ca.crt': ca.cert },
    })
    const labelling = {
      labeller: () => [],
      relabel: (base: Catalog) => base,
      blessings: [],
      onFailure: () => undefined,
    }
    const reading = Effect.scoped(
      Effect.gen(function* () {
        const [database] = (yield* loadConfig(file, {})).databases
        if (database === undefined) throw new Error('no database')
        const { catalog } = yield* mysqlSystem.read(database, labelling)
        return yield* Effect.promise(catalog)
      }),
    )
    const read = await Effect.runPromise(Effect.exit(reading))
    expect(read._tag === 'Success').toBe(reads)
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  },
  60_000,
)
