import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const pane = (say: Wording): Texts['pane'] => ({
  product: 'Sheetbroker',
  starting: 'جارٍ الاتصال ببرنامج Excel…',
  stillStarting: 'لم يستجب Excel بعد. أغلق هذا الجزء وافتحه من جديد من الشريط.',
  noExcel: 'هذه الصفحة وظيفة إضافية لبرنامج Excel. افتحها في Excel: الصفحة الرئيسية، Sheetbroker.',
  signOut: 'تسجيل الخروج',
  signedInAs: (name) => `تم تسجيل الدخول باسم ${name}`,
  loading: 'جارٍ التحميل…',
  cancel: 'إلغاء',
  cancelTask: (name) => `إلغاء ${name}`,
  retry: 'إعادة المحاولة',
  justNow: 'الآن',
  rows: (count) =>
    say.count(count, {
      zero: 'لا صفوف',
      one: 'صف واحد',
      two: 'صفان',
      few: '# صفوف',
      many: '# صفًا',
      other: '# صف',
    }),
  offline: 'دون اتصال',
  back: 'رجوع',
  oldExcel: (version) =>
    `إصدار Excel هذا قديم على Sheetbroker: ينقصه ${version}. حدّث Office (ملف، حساب، خيارات التحديث) أو استخدم Excel على الويب.`,
  more: 'المزيد',
})
