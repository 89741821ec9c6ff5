import type { Texts } from '../en.ts'

export const signIn = (): Texts['signIn'] => ({
  title: 'Se connecter',
  help: 'Saisissez le code d’invitation reçu de votre administrateur. Une seule fois par appareil suffit.',
  codeLabel: 'Code d’invitation',
  codeIncomplete: 'Un code compte 16 lettres et chiffres, en quatre groupes de quatre.',
  signIn: 'Se connecter',
  signingIn: 'Connexion…',
  sessionEnded: 'Votre session est terminée. Connectez-vous avec un nouveau code d’invitation.',
})
