import type { Texts } from '../en.ts'

export const signIn = (): Texts['signIn'] => ({
  title: 'Se connecter',
  help: 'Saisissez le code d’invitation reçu de votre administrateur. Une seule fois par appareil suffit.',
  codeLabel: 'Code d’invitation',
  codeIncomplete: 'Un code compte 16 lettres et chiffres, en quatre groupes de quatre.',
  signIn: 'Se connecter',
  signingIn: 'Connexion…',
  sessionEnded: 'Votre session est terminée. Reconnectez-vous.',
  withProvider: (provider) => `Se connecter avec ${provider}`,
  orCode: 'Ou avec un code d’invitation',
  tryingNext: (why) => `${why} Essai d’une autre méthode…`,
  asksAgain:
    'Ce navigateur ne conserve rien pour les compléments : la connexion vous sera redemandée la prochaine fois.',
  faults: {
    'needs-user': 'Office a besoin que vous vous connectiez.',
    cancelled: 'Vous avez fermé la fenêtre de connexion ; rien n’a été modifié.',
    'popup-blocked':
      'La fenêtre de connexion n’a pas pu s’ouvrir. Autorisez les fenêtres contextuelles pour cette page, puis réessayez.',
    'window-open': 'Une fenêtre de connexion est déjà ouverte. Terminez-y la connexion, ou fermez-la et réessayez.',
    refused: 'La connexion n’a pas été acceptée. Réessayez, ou utilisez un code d’invitation.',
    unavailable: 'Cette méthode de connexion ne fonctionne pas dans cet Excel.',
  },
  problems: {
    'token-invalid':
      'Le broker n’a pas accepté cette connexion. Votre administrateur en trouve la raison dans son journal.',
    'sign-in-invalid': 'La connexion a pris trop de temps ou a été commencée ailleurs. Réessayez.',
    'sign-in-refused': 'Vous n’avez pas été connecté. Réessayez, ou utilisez un code d’invitation.',
    'account-required':
      'Vous êtes reconnu, mais vous n’avez pas encore de compte ici. Saisissez une seule fois le code d’invitation de votre administrateur : il relie les deux.',
    'identity-taken':
      'Ce compte appartient ici à quelqu’un d’autre. Connectez-vous sans code, ou demandez à votre administrateur.',
    'issuer-unreachable':
      'Le service de connexion est injoignable pour le moment. Réessayez, ou utilisez un code d’invitation.',
    'user-inactive': 'Votre utilisateur a été désactivé. Demandez à votre administrateur.',
  },
  page: {
    opening: 'Ouverture de la connexion…',
    done: 'Vous êtes connecté.',
    goBack: 'Revenez à Excel ; cette fenêtre peut être fermée.',
  },
})
