import { nameDetector } from '../name-detector.ts'

/** What a password is checked against. */
export const passwordHash = nameDetector({
  id: 'password-hash',
  label: 'secret.password-hash',
  families: ['text', 'binary', 'other', 'json'],
  phrases: `passwordhash hashedpassword passwdhash pwdhash pwhash passhash passwordsalt passworddigest encryptedpassword
    passwordencrypted cryptedpassword passwordverifier scramverifier bcrypthash passworthash hashpassword rolpassword
    authenticationstring motdepassehash contrasenahash senhahash wachtwoordhash`,
  ends: 'salt bcrypt',
})
