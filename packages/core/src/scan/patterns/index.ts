import type { Pattern } from '../pattern.ts'
import { apiKey } from './api-key.ts'
import { areaPhone } from './area-phone.ts'
import { connectionString } from './connection-string.ts'
import { email } from './email.ts'
import { iban } from './iban.ts'
import { jwt } from './jwt.ts'
import { letteredId } from './lettered-id.ts'
import { number } from './number.ts'
import { passwordHash } from './password-hash.ts'
import { phone } from './phone.ts'
import { privateKey } from './private-key.ts'

/** Every pattern: a new one adds its line here. Of two with the same anchor the first that matches counts. */
export const patterns: readonly Pattern[] = [
  connectionString,
  email,
  phone,
  areaPhone,
  number,
  iban,
  letteredId,
  jwt,
  privateKey,
  apiKey,
  passwordHash,
]
