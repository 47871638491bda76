import { nameDetector } from '../name-detector.ts'

/** Passwords as they are typed. */
export const password = nameDetector({
  id: 'password',
  label: 'secret.password',
  families: ['text', 'binary', 'other', 'json'],
  confidence: 0.95,
  phrases: `password passwd pwd passphrase passcode passwort kennwort motdepasse contrasena contrasenia clavesecreta senha
    wachtwoord parolachiave pincode`,
  ends: 'pass mdp userpass userpassword pin parola',
  not: `hash hashed salt digest crypted encrypted token reset strength reminder question boarding bus day season ski
    through event`,
})
