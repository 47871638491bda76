import type { DatabaseSystem, Protocol } from '../config.ts'

/** What of a configuration hangs on the system of a database. */
type SystemTraits = {
  /** What its clients speak. */
  readonly protocol: Protocol
  /** The port that its servers listen on. */
  readonly defaultPort: number
  /** Keys of a database, and of its `upstream`, that mean nothing for it. */
  readonly without: readonly ('pool' | 'channelBinding')[]
}

const mysql: SystemTraits = { protocol: 'mysql', defaultPort: 3306, without: ['pool', 'channelBinding'] }

/** Every system that a database may be of. */
export const systems: Readonly<Record<DatabaseSystem, SystemTraits>> = {
  postgresql: { protocol: 'postgresql', defaultPort: 5432, without: [] },
  mysql,
  mariadb: mysql,
}
