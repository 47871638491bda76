import { type Address, c, type Driver, go, java, python } from './driver-programs.ts'

const JAR = '/usr/share/java/mariadb-java-client.jar'

/** Every program takes the same: where to connect, with which authority (none: without TLS). */
const where: Address = ({ host, port, user, password, database, ca = '' }, way) => [
  host,
  String(port),
  user,
  password,
  database,
  way === 'plain' ? '' : ca,
]

/** The drivers of MySQL and MariaDB that are tried, beside mysql2 and the command-line clients. */
export const mysqlDrivers: readonly Driver[] = [
  python(where, 'PyMySQL', 'mysql-pymysql.py'),
  python(where, 'mysqlclient', 'mysql-mysqlclient.py'),
  java(where, { name: 'Connector/J', tools: ['javac', 'Connector/J'] }, JAR, 'mysql-jdbc.java'),
  c(where, 'Connector/C', 'mysql-connector-c', ['-I/usr/include/mariadb', '-lmariadb']),
  go(where, 'go-sql-driver', 'mysql-go'),
]
