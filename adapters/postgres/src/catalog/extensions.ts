import type { FunctionEffect } from '@sluice/core/catalog/catalog'

type Rule = { readonly name: RegExp; readonly effect: FunctionEffect }

/**
 * What functions of well-known extensions do that their declaration does not say. Everything else of an extension
 * is taken by its declaration: whoever installs one is the database's administrator.
 */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'uuid-ossp': [{ name: /^uuid_/, effect: 'pure' }],
  pgcrypto: [{ name: /^(gen_|pgp_|encrypt|hmac|digest|crypt|armor)/, effect: 'pure' }],
  dblink: [{ name: /./, effect: 'network' }],
  postgres_fdw: [{ name: /./, effect: 'network' }],
  tablefunc: [
    { name: /^normal_rand$/, effect: 'pure' },
    { name: /./, effect: 'dynamic' },
  ],
  xml2: [{ name: /^xpath_table$/, effect: 'dynamic' }],
  adminpack: [{ name: /./, effect: 'file' }],
  file_fdw: [{ name: /./, effect: 'file' }],
  pageinspect: [{ name: /./, effect: 'reads' }],
  pg_stat_statements: [
    { name: /_reset$/, effect: 'admin' },
    { name: /./, effect: 'reads' },
  ],
  pg_trgm: [{ name: /^set_limit$/, effect: 'session' }],
  plpython3u: [{ name: /./, effect: 'unknown' }],
}

/** What a function of an extension does; undefined: as its declaration says. */
export const extensionEffect = (extension: string, name: string): FunctionEffect | undefined =>
  RULES[extension]?.find((rule) => rule.name.test(name))?.effect
