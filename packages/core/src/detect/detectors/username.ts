import { nameDetector } from '../name-detector.ts'
import { WRITTEN } from '../type-family.ts'

/** What people log in or appear as. */
export const username = nameDetector({
  id: 'username',
  label: 'pii.username',
  families: WRITTEN,
  confidence: 0.75,
  phrases: `username loginname screenname accountname benutzername nutzername anmeldename nomutilisateur nomdutilisateur
    nombreusuario nombredeusuario nomeutente nomeusuario nomeutilizador gebruikersnaam twitterhandle githubhandle slackhandle
    telegramhandle skypename instagramhandle`,
  ends: 'login nickname userlogin',
  not: 'service system db database server last first smtp ftp',
})
