import type { Detector } from '../detector.ts'
import { address } from './address.ts'
import { apiKey } from './api-key.ts'
import { bic } from './bic.ts'
import { card } from './card.ts'
import { connectionString } from './connection-string.ts'
import { dateOfBirth } from './date-of-birth.ts'
import { email } from './email.ts'
import { freeText } from './free-text.ts'
import { geo } from './geo.ts'
import { health } from './health.ts'
import { iban } from './iban.ts'
import { ip } from './ip.ts'
import { mac } from './mac.ts'
import { nationalId } from './national-id.ts'
import { password } from './password.ts'
import { passwordHash } from './password-hash.ts'
import { personName } from './person-name.ts'
import { phone } from './phone.ts'
import { salary } from './salary.ts'
import { secret } from './secret.ts'
import { token } from './token.ts'
import { username } from './username.ts'

/** Every detector: a new one adds its line here. */
export const detectors: readonly Detector[] = [
  email,
  phone,
  nationalId,
  card,
  iban,
  bic,
  ip,
  mac,
  geo,
  dateOfBirth,
  address,
  personName,
  username,
  salary,
  health,
  password,
  passwordHash,
  apiKey,
  token,
  secret,
  connectionString,
  freeText,
]
