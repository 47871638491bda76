import { nameDetector } from '../name-detector.ts'

/** Secrets by that name. */
export const secret = nameDetector({
  id: 'secret',
  label: 'secret.value',
  families: ['text', 'binary', 'other', 'json', 'uuid'],
  phrases: `clientsecret appsecret applicationsecret consumersecret webhooksecret sharedsecret totpsecret otpsecret mfasecret
    twofactorsecret oauthsecret signingsecret jwtsecret credential`,
  ends: 'secret geheimnis segredo secreto',
})
