import type { Protocol } from './config.ts'

/**
 * Where clients find the Unix socket of a listener. PostgreSQL's look for this name in a folder (PostgreSQL documentation,
 * "Connection Parameters", `host`); those of MySQL are given the whole path.
 */
export const socketPath = (protocol: Protocol, folder: string, port: number): string =>
  protocol === 'postgresql' ? `${folder}/.s.PGSQL.${port}` : `${folder}/mysql.${port}.sock`
