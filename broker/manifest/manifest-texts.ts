// What Office shows of the add-in before its pane is open, in the add-in's languages.

/** The texts of one language. */
export interface ManifestTexts {
  /** Up to 250 characters; the unified manifest's short one has up to 80. */
  readonly description: string
  readonly shortDescription: string
  readonly open: string
  readonly openTip: string
  readonly refreshAll: string
  readonly refreshTip: string
  readonly startTitle: string
  readonly start: string
}

/** English, which Office falls back to. */
export const defaultTexts: ManifestTexts = {
  description: 'Complete, typed tables from your company’s sources: sign in once, then click Refresh.',
  shortDescription: 'Your company’s data as tables that refresh with one click.',
  open: 'Open',
  openTip: 'Choose datasets and see the linked tables of this workbook.',
  refreshAll: 'Refresh all',
  refreshTip: 'Bring fresh data into every linked table of this workbook.',
  startTitle: 'Your company’s data is here',
  start: 'Click Open on the Home tab, sign in once, and choose a dataset. From then on, Refresh is all you need.',
}

/** The other languages, by the tag that Office knows them by. */
export const translations: Readonly<Record<string, ManifestTexts>> = {
  'de-DE': {
    description:
      'Vollständige, typisierte Tabellen aus den Quellen Ihres Unternehmens: einmal anmelden, dann nur noch aktualisieren.',
    shortDescription: 'Daten Ihres Unternehmens als Tabellen, aktuell mit einem Klick.',
    open: 'Öffnen',
    openTip: 'Datasets auswählen und die verknüpften Tabellen dieser Arbeitsmappe sehen.',
    refreshAll: 'Alle aktualisieren',
    refreshTip: 'Frische Daten in jede verknüpfte Tabelle dieser Arbeitsmappe holen.',
    startTitle: 'Die Daten Ihres Unternehmens sind da',
    start:
      'Klicken Sie auf der Registerkarte „Start“ auf „Öffnen“, melden Sie sich einmal an und wählen Sie ein Dataset. Danach genügt „Aktualisieren“.',
  },
  'fr-FR': {
    description:
      'Des tables complètes et typées issues des sources de votre entreprise : connectez-vous une fois, puis actualisez.',
    shortDescription: 'Les données de votre entreprise en tables, à jour en un clic.',
    open: 'Ouvrir',
    openTip: 'Choisir des jeux de données et voir les tables liées de ce classeur.',
    refreshAll: 'Tout actualiser',
    refreshTip: 'Apporter des données fraîches dans chaque table liée de ce classeur.',
    startTitle: 'Les données de votre entreprise sont là',
    start:
      'Cliquez sur Ouvrir dans l’onglet Accueil, connectez-vous une fois et choisissez un jeu de données. Ensuite, Actualiser suffit.',
  },
  'ar-SA': {
    description: 'جداول كاملة ومحددة الأنواع من مصادر شركتك: سجّل الدخول مرة واحدة، ثم انقر فوق تحديث.',
    shortDescription: 'بيانات شركتك في جداول تُحدَّث بنقرة واحدة.',
    open: 'فتح',
    openTip: 'اختر مجموعات البيانات واعرض الجداول المرتبطة في هذا المصنف.',
    refreshAll: 'تحديث الكل',
    refreshTip: 'اجلب بيانات حديثة إلى كل جدول مرتبط في هذا المصنف.',
    startTitle: 'بيانات شركتك هنا',
    start:
      'انقر فوق «فتح» في علامة التبويب «الشريط الرئيسي»، وسجّل الدخول مرة واحدة، واختر مجموعة بيانات. بعد ذلك يكفي «تحديث».',
  },
}
