import { nameDetector } from '../name-detector.ts'

/** Tokens that stand for a login. */
export const token = nameDetector({
  id: 'token',
  label: 'secret.token',
  families: ['text', 'binary', 'other', 'json', 'uuid'],
  phrases: `accesstoken refreshtoken authtoken sessiontoken bearertoken resettoken passwordresettoken resetpasswordtoken
    confirmationtoken verificationtoken remembertoken apitoken idtoken csrftoken invitetoken invitationtoken devicetoken
    pushtoken otp totp sessionkey sessioncookie recoverycode backupcode jwt`,
  ends: 'token cookie',
  not: 'price address symbol supply amount balance number contract',
})
