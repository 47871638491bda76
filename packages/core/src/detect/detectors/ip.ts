import { nameDetector } from '../name-detector.ts'

/** Addresses of people's devices on a network. */
export const ip = nameDetector({
  id: 'ip',
  label: 'pii.ip',
  // In numbers and bytes where a database has no type for them: INET_ATON and INET6_ATON of MySQL.
  families: ['text', 'network', 'other', 'json', 'integer', 'binary'],
  confidence: 0.8,
  phrases: `ipaddress ipaddr ipv4 ipv6 remoteip clientip sourceip srcip userip loginip lastip remoteaddr remoteaddress
    clientaddr clientaddress ipadresse adresseip direccionip indirizzoip enderecoip ipadres lastloginip currentsigninip
    lastsigninip signupip registrationip`,
  ends: 'ip',
  not: 'range subnet mask gateway pool whitelist blacklist allowlist blocklist dns',
  otherwise: ({ family, type }) => (family === 'network' && type.length === 0 ? 0.6 : undefined),
})
