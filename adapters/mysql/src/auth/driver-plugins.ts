// mysql2: "Authentication switch request", whose plugins take each word of the server and give the answer.
import type { ConnectionOptions } from 'mysql2/promise'
import { challengeIn } from '../messages/auth-switch-request.ts'
import { type DatabaseCredentials, type PluginExchange, pluginExchange } from './database-login.ts'
import { plugin } from './plugins.ts'

type DriverPlugins = NonNullable<ConnectionOptions['authPlugins']>

/** Plugins that the gateway has not, of which it says so better than the driver does. */
const FOREIGN = [
  'parsec',
  'auth_gssapi_client',
  'dialog',
  'mysql_old_password',
  'authentication_ldap_sasl_client',
]

/**
 * How the driver that reads the catalog proves itself: as the sessions do. Its own plugins do not know ed25519, and
 * encrypt the password with whatever key somebody in between shows. What they refuse ends the login.
 */
export function driverPlugins(as: DatabaseCredentials): DriverPlugins {
  return Object.fromEntries(
    [...Object.values(plugin), ...FOREIGN].map((name): [string, DriverPlugins[string]] => [
      name,
      () => steps(name, as),
    ]),
  )
}

function steps(name: string, as: DatabaseCredentials): ReturnType<DriverPlugins[string]> {
  let exchange: PluginExchange | undefined
  // A promise, for the driver passes on what rejects and not what is thrown.
  return async (data: Buffer): Promise<Buffer> => {
    if (exchange !== undefined) return exchange.more(data) as Buffer
    exchange = pluginExchange(name, challengeIn(name, data), as)
    return exchange.first()
  }
}
