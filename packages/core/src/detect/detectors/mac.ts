import { nameDetector } from '../name-detector.ts'

/** Hardware addresses of people's devices. */
export const mac = nameDetector({
  id: 'mac',
  label: 'pii.mac',
  families: ['text', 'mac', 'other', 'json', 'integer', 'binary'],
  confidence: 0.85,
  phrases: `macaddress macaddr hardwareaddress hwaddr bluetoothaddress wifimac devicemac macadresse adressemac direccionmac
    indirizzomac enderecomac macadres`,
  ends: 'mac',
  otherwise: ({ family }) => (family === 'mac' ? 0.8 : undefined),
})
