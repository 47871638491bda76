import { nameDetector } from '../name-detector.ts'

/** Keys that open an interface or a cipher. */
export const apiKey = nameDetector({
  id: 'api-key',
  label: 'secret.api-key',
  families: ['text', 'binary', 'other', 'json', 'uuid'],
  phrases: `apikey apisecret accesskey secretkey secretaccesskey privatekey encryptionkey signingkey sshkey masterkey sharedkey
    streamkey authkey hmackey clesecrete cleapi claveapi chiaveapi chaveapi`,
  ends: '',
  not: 'public prefix last fingerprint',
})
