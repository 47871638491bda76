import { nameDetector } from '../name-detector.ts'

/** How to reach a database, login and all. */
export const connectionString = nameDetector({
  id: 'connection-string',
  label: 'secret.connection-string',
  families: ['text', 'other', 'json', 'binary'],
  phrases: `connectionstring connectionstr connstring connstr connectionuri connectionurl databaseurl databaseuri dburl dburi
    jdbcurl mongouri mongourl redisurl amqpurl subconninfo conninfo verbindungszeichenfolge`,
  ends: 'dsn',
})
