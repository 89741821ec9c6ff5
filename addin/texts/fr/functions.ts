import type { Texts } from '../en.ts'

export const functions = (): Texts['functions'] => ({
  signedOut: 'Ouvrez le volet Sheetbroker pour vous connecter.',
  unreachable: 'Le broker est injoignable pour le moment. Cette cellule se remplira d’elle-même dès que possible.',
  failed: 'Un problème est survenu dans le complément. Actualisez, ou adressez-vous à votre administrateur.',
  notLoaded: 'Le complément n’a pas pu être chargé entièrement. Vérifiez votre connexion, puis rouvrez le classeur.',
  datasetUnknown: 'Aucun jeu de données ne porte ce nom, ou vous n’avez pas le droit de le lire.',
  datasetEmpty: 'Ce jeu de données n’a pas encore été récupéré.',
  rowUnknown: 'Aucune ligne ne correspond.',
  wrongColumn: (detail) => `Cette colonne ne convient pas. ${detail}`,
  wrongKey: (detail) => `Cette clé ne convient pas. ${detail}`,
  wrongValue: (detail) => `Cette valeur ne convient pas à sa colonne. ${detail}`,
  wrongFilter: (place, detail) => `Le filtre contient une erreur au caractère ${place}. ${detail}`,
  mistakes: {
    'no-dataset': 'Indiquez d’abord le nom d’un jeu de données, entre guillemets.',
    'no-column': 'Indiquez ici le nom d’une colonne, entre guillemets.',
    'no-key': 'La clé est vide.',
    'no-search-value': 'La valeur à rechercher est vide.',
    'too-many-cells': 'Il y a trop de cellules ici : donnez une seule cellule, ou les quelques-unes voulues.',
    'no-filter': 'Les critères vont par paires, une colonne et une valeur ; un filtre peut venir en dernier.',
  },
})
