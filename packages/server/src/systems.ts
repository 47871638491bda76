import type { Database } from '@sluice/config/config'
import { mysqlSystem } from './mysql.ts'
import { postgresSystem } from './postgres.ts'
import type { DatabaseSystem } from './system.ts'

/** Every system that a database may be of: a new one adds its line here. */
const systems: Readonly<Record<Database['system'], DatabaseSystem>> = {
  postgresql: postgresSystem,
  mysql: mysqlSystem,
  mariadb: mysqlSystem,
}

/** What the server does with a database. */
export const systemOf = ({ system }: Database): DatabaseSystem => systems[system]
