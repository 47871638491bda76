// PostgreSQL: Frontend/Backend Protocol, "Message Flow", "Start-up", AuthenticationMD5Password
import { createHash } from 'node:crypto'

/**
 * The answer to AuthenticationMD5Password: `md5` and md5(md5(password + user) + salt) in hexadecimal. What is stored
 * at the database is as good as the password, and MD5 is guessed fast: prefer scram-sha-256.
 */
export function md5Password(user: string, password: string, salt: Uint8Array): string {
  const stored = createHash('md5')
    .update(password + user)
    .digest('hex')
  return `md5${createHash('md5').update(stored).update(salt).digest('hex')}`
}
